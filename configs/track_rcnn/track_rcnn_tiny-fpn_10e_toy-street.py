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

# The demo scores once, at the end, with tools/test.py.
val_cfg = None
val_dataloader = None
val_evaluator = None
