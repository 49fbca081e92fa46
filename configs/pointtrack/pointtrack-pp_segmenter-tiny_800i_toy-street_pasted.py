# Row CP of PointTrack++'s table 3 on the rendered street: its segmenter, with copy-and-paste.
_base_ = [
    '../_base_/models/branched_erfnet_pp_tiny.py',
    '../_base_/datasets/frames_toy_street_pasted.py',
    '../_base_/schedules/adamw_tiny.py',
    '../_base_/default_runtime.py',
]
model = _base_.segmenter
train_dataloader = dict(batch_size=4, num_workers=1, sampler=dict(_delete_=True, type='InfiniteSampler'))

# Scored once, at the end, by tools/test.py; a killed run loses at most 100 iterations.
val_cfg = val_dataloader = val_evaluator = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
