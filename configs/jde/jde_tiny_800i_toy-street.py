# JDE for two CPU cores, on the boxes of the rendered street.
_base_ = [
    '../_base_/models/jde_tiny.py',
    '../_base_/datasets/toy_street_boxes.py',
    '../_base_/trackers/jde_toy_street.py',
    '../_base_/schedules/adamw_tiny.py',
    '../_base_/default_runtime.py',
]

_base_.detector.bbox_head.identity_counts = [221, 475]  # cars, pedestrians of the default street
# From the released initial values the loss of identities, large at first, would lead most of so short a training.
_base_.detector.bbox_head.weighting.initial = (-6.0, -5.0, 0.5)
model = dict(type='JDE', data_preprocessor=_base_.data_preprocessor, detector=_base_.detector, tracker=_base_.tracker)

train_dataloader = dict(batch_size=6)

# Scored once, at the end, by tools/test.py; a killed run loses at most 100 iterations.
val_cfg = val_dataloader = val_evaluator = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
