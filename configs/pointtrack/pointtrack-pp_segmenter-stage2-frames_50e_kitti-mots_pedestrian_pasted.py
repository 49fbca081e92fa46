# PointTrack++'s segmenter of pedestrians, with copy-and-paste, as published.
# Second stage, frames of KITTI MOTS, from the weights of the first.
_base_ = [
    '../_base_/models/branched_erfnet_pp.py',
    '../_base_/datasets/frames_kitti_mots_pasted.py',
    '../_base_/schedules/radam_segmenter_frames.py',
    '../_base_/default_runtime.py',
]
model = dict(**_base_.segmenter, frozen_batch_norm=True)
model['head'].update(clustering=[_base_.pedestrian_rule])
_base_.train_pipeline[2].probability = 0.5
_one_class = dict(metainfo=dict(classes=('pedestrian',)))
train_dataloader = dict(dataset=dict(pipeline=_base_.train_pipeline, **_one_class))
test_dataloader = dict(dataset=_one_class)
load_from = 'work_dirs/pointtrack-pp_segmenter-stage1-windows_60e_kitti-mots-kins_pedestrian_pasted/epoch_60.pth'
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
