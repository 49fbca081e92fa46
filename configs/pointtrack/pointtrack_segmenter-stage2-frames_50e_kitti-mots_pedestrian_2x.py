# PointTrack's segmenter of pedestrians, its input doubled: row 2X of PointTrack++'s table 3.
# Second stage, frames of KITTI MOTS, from the weights of the first.
_base_ = [
    '../_base_/models/branched_erfnet_2x.py',
    '../_base_/datasets/frames_kitti_mots.py',
    '../_base_/schedules/radam_segmenter_frames.py',
    '../_base_/default_runtime.py',
]
model = dict(**_base_.segmenter, frozen_batch_norm=True)
model['head'].update(clustering=[_base_.pedestrian_rule], foreground_weight=50)
_one_class = dict(dataset=dict(metainfo=dict(classes=('pedestrian',))))
train_dataloader = test_dataloader = _one_class
load_from = 'work_dirs/pointtrack_segmenter-stage1-windows_60e_kitti-mots-kins_pedestrian_2x/epoch_60.pth'
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
