# TrackR-CNN on a feature pyramid: the same heads on FPN levels, for those who prefer speed and small objects.
_base_ = [
    '../_base_/models/mask_rcnn_r101_fpn.py', '../_base_/datasets/kitti_mots.py',
    '../_base_/trackers/track_rcnn_released.py', '../_base_/schedules/adam_40e.py', '../_base_/default_runtime.py'
]

model = dict(
    type='TrackRCNN',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    temporal=_base_.temporal,
    tracker=_base_.tracker)
