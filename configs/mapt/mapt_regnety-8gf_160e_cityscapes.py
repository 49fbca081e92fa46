# Pretraining on Cityscapes: MAPT without its tracking heads, which single images cannot teach. The schedule is that of
# EfficientPS; then fine-tune on KITTI-STEP with load_from. Tested, every image is a video of one frame.
_base_ = [
    '../_base_/models/mapt_regnety_8gf.py', '../_base_/datasets/cityscapes_step.py',
    '../_base_/trackers/shared/mapt_rows.py', '../_base_/schedules/sgd_mapt.py', '../_base_/default_runtime.py'
]

model = dict(
    type='MAPT',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    semantic_head=_base_.semantic_head,
    thing_ids=[11, 13],  # person, car
    tracker=dict(type='PerClassTracker', overlap=None, trackers=[_base_.iou_tracker] * 2))

train_cfg = dict(max_epochs=160)
optim_wrapper = dict(optimizer=dict(lr=0.07))
param_scheduler = [
    dict(type='LinearLR', start_factor=1 / 3, by_epoch=False, begin=0, end=500),
    dict(type='MultiStepLR', by_epoch=True, milestones=[120, 144], gamma=0.1),
]
