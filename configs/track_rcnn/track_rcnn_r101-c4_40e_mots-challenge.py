# TrackR-CNN on MOTSChallenge: pedestrians at a short edge of 420, the tracker tuned for that data.
_base_ = [
    '../_base_/models/mask_rcnn_r101_c4.py', '../_base_/datasets/mots_challenge.py',
    '../_base_/trackers/track_rcnn_released_mots_challenge.py', '../_base_/schedules/adam_40e.py', '../_base_/default_runtime.py'
]

model = dict(
    type='TrackRCNN',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    temporal=_base_.temporal,
    tracker=_base_.tracker)
