# Table 5 of the paper, "Mask IoU": masks carried along by optical flow, adjacent frames only.
_base_ = [
    '../_base_/models/mask_rcnn_r101_c4.py', '../_base_/datasets/kitti_mots.py',
    '../_base_/trackers/track_rcnn_mask_iou.py', '../_base_/schedules/adam_40e.py', '../_base_/default_runtime.py'
]

model = dict(
    type='TrackRCNN',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    temporal=_base_.temporal,
    tracker=_base_.tracker)

val_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline_with_flow))
test_dataloader = val_dataloader
