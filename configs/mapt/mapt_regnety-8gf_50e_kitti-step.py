# MAPT on KITTI-STEP. Start from weights pretrained on Cityscapes, or ImageNet's for the backbone (load_from).
_base_ = [
    '../_base_/models/mapt_regnety_8gf.py', '../_base_/datasets/kitti_step.py', '../_base_/trackers/mapt.py',
    '../_base_/schedules/sgd_mapt.py', '../_base_/default_runtime.py'
]

model = dict(
    type='MAPT',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    semantic_head=_base_.semantic_head,
    motion_head=_base_.motion_head,
    appearance_head=_base_.appearance_head,
    thing_ids=[11, 13],  # person, car
    tracker=_base_.tracker)
