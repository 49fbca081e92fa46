# MAPT for two CPU cores, on the rendered street of `make demo METHOD=mapt`.
_base_ = [
    '../_base_/models/mapt_tiny.py', '../_base_/datasets/toy_street_step.py', '../_base_/trackers/mapt.py',
    '../_base_/schedules/adamw_tiny.py', '../_base_/default_runtime.py'
]

model = dict(
    type='MAPT',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    semantic_head=_base_.semantic_head,
    motion_head=_base_.motion_head,
    appearance_head=_base_.appearance_head,
    thing_ids=[11, 13],  # person, car
    fusion=dict(unclaimed='thing', min_unclaimed_area=1000),  # an 80th of the image
    tracker=_base_.tracker)

# Two pairs a process, and two processes.
train_dataloader = dict(batch_size=2)

# Scored once, at the end, by tools/test.py; a killed run loses at most 100 iterations.
train_cfg = dict(max_iters=1200)
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, by_epoch=False, begin=0, end=50),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=50, end=1200, eta_min=1e-5),
]
val_cfg = val_dataloader = val_evaluator = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
