# MAPT on MOTChallenge-STEP: people alone are things. Start from weights pretrained on Cityscapes (load_from).
_base_ = [
    '../_base_/models/mapt_regnety_8gf.py', '../_base_/datasets/motchallenge_step.py', '../_base_/trackers/mapt.py',
    '../_base_/schedules/sgd_mapt.py', '../_base_/default_runtime.py'
]

_base_.detector.roi_head.bbox_head.num_classes = _base_.detector.roi_head.mask_head.num_classes = 1
_base_.semantic_head.num_classes = 7
_base_.tracker.trackers = _base_.tracker.trackers[:1]

model = dict(
    type='MAPT',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    semantic_head=_base_.semantic_head,
    motion_head=_base_.motion_head,
    appearance_head=_base_.appearance_head,
    thing_ids=[4],  # person
    tracker=_base_.tracker)
