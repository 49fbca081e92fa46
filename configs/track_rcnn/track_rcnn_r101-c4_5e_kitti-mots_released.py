# TrackR-CNN as released (model conv3d_sep2), where it differs from the paper: two depthwise-separable Conv3D, the
# association loss, 5 epochs. Its weights, converted by tools/model_converters, fit this config.
_base_ = [
    '../_base_/models/mask_rcnn_r101_c4_released.py', '../_base_/datasets/kitti_mots.py',
    '../_base_/trackers/track_rcnn_released.py', '../_base_/schedules/adam_40e.py', '../_base_/default_runtime.py'
]

model = dict(
    type='TrackRCNN',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    temporal=_base_.temporal,
    tracker=_base_.tracker)

train_cfg = dict(max_epochs=5)
