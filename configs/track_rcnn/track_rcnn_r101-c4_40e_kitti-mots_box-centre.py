# Table 5 of the paper, "Bbox Center": the nearest centre of a box, adjacent frames only.
_base_ = [
    '../_base_/models/mask_rcnn_r101_c4.py', '../_base_/datasets/kitti_mots.py',
    '../_base_/trackers/track_rcnn_box_centre.py', '../_base_/schedules/adam_40e.py', '../_base_/default_runtime.py'
]

model = dict(
    type='TrackRCNN',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    temporal=_base_.temporal,
    tracker=_base_.tracker)
