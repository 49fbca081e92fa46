# PointTrack++'s segmenter of pedestrians, with copy-and-paste, as published.
# First stage, windows around objects of KITTI MOTS and KINS.
_base_ = [
    '../_base_/models/branched_erfnet_pp.py',
    '../_base_/datasets/object_windows_kitti_mots_kins_pedestrian_pasted.py',
    '../_base_/schedules/radam_segmenter_windows.py',
    '../_base_/default_runtime.py',
]
model = _base_.segmenter
model.head.update(clustering=[_base_.pedestrian_rule])
train_dataloader = dict(sampler=dict(samples_per_epoch=2400))
test_dataloader = dict(dataset=dict(metainfo=dict(classes=('pedestrian',))))
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
