# Detection and embedding apart, identities classified (IDE), under JDE's association; on the rendered street.
_base_ = [
    '../_base_/models/separate_tiny.py',
    '../_base_/datasets/toy_street_boxes.py',
    '../_base_/trackers/jde_toy_street.py',
    '../_base_/schedules/adamw_tiny.py',
    '../_base_/default_runtime.py',
]

model = dict(
    type='SeparateDetectionEmbedding',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    embedder=dict(_base_.embedder, identity_counts=[221, 475]),  # cars, pedestrians of the default street
    crop_size=(64, 48),
    tracker=_base_.tracker)

train_dataloader = dict(batch_size=4)

val_cfg = val_dataloader = val_evaluator = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
