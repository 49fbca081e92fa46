# PointTrack++'s segmenter of cars, with copy-and-paste, as published.
# Second stage, frames of KITTI MOTS, from the weights of the first.
_base_ = [
    '../_base_/models/branched_erfnet_pp.py',
    '../_base_/datasets/frames_kitti_mots_pasted.py',
    '../_base_/schedules/radam_segmenter_frames.py',
    '../_base_/default_runtime.py',
]
model = dict(**_base_.segmenter, frozen_batch_norm=True)
_one_class = dict(dataset=dict(metainfo=dict(classes=('car',))))
train_dataloader = test_dataloader = _one_class
load_from = 'work_dirs/pointtrack-pp_segmenter-stage1-windows_60e_kitti-mots-kins_car_pasted/epoch_60.pth'
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
