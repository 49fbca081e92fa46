# PointTrack's segmenter of cars and pedestrians, one network with a seed map of each.
# Second stage: frames of KITTI MOTS, from the weights of the first.
_base_ = [
    '../_base_/models/branched_erfnet.py',
    '../_base_/datasets/frames_kitti_mots.py',
    '../_base_/schedules/adam_segmenter_frames.py',
    '../_base_/default_runtime.py',
]
model = dict(**_base_.segmenter, frozen_batch_norm=True)
model['head'].update(num_classes=2, clustering=[_base_.car_rule, _base_.pedestrian_rule], foreground_weight=(200, 50))
load_from = 'work_dirs/pointtrack_segmenter-stage1-windows_200e_kitti-mots-kins_both/epoch_200.pth'
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
