# Row 2X of PointTrack++'s table 3 on the rendered street: PointTrack's segmenter, its input doubled.
_base_ = [
    '../_base_/models/branched_erfnet_2x_tiny.py',
    '../_base_/datasets/frames_toy_street.py',
    '../_base_/schedules/adamw_tiny.py',
    '../_base_/default_runtime.py',
]
model = _base_.segmenter
train_dataloader = dict(batch_size=4, num_workers=1, sampler=dict(_delete_=True, type='InfiniteSampler'))

# Scored once, at the end, by tools/test.py; a killed run loses at most 100 iterations.
val_cfg = val_dataloader = val_evaluator = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
