# TrackR-CNN for two CPU cores, on the rendered street of `make demo`.
_base_ = [
    '../_base_/models/mask_rcnn_tiny_fpn.py', '../_base_/datasets/toy_street.py',
    '../_base_/trackers/appearance_and_overlap.py', '../_base_/schedules/adamw_tiny.py', '../_base_/default_runtime.py'
]

model = dict(
    type='TrackRCNN',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    temporal=_base_.temporal,
    tracker=_base_.tracker)

# Two pairs of neighbours a process, and two processes: batch statistics come from many scenes, not from one.
_base_.train_pipeline[0].clip_length = 2
train_dataloader = dict(
    batch_size=2, sampler=dict(clip_length=2), dataset=dict(pipeline=_base_.train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline_with_flow))

# Scored once, at the end, by tools/test.py; a killed run loses at most 100 iterations.
val_cfg = val_dataloader = val_evaluator = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
