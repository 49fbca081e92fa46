# PointTrack++'s segmenter of pedestrians: first stage, windows around objects of KITTI MOTS and KINS.
_base_ = [
    '../_base_/models/branched_erfnet_pp.py',
    '../_base_/datasets/object_windows_kitti_mots_kins.py',
    '../_base_/schedules/radam_segmenter_windows.py',
    '../_base_/default_runtime.py',
]
model = _base_.segmenter
model.head.update(clustering=[_base_.pedestrian_rule])
_base_.train_pipeline[2].size = (160, 256)
for _source in _base_.train_dataloader.dataset.datasets:
    _source.update(metainfo=dict(classes=('pedestrian',)), pipeline=_base_.train_pipeline)
train_dataloader = dict(sampler=dict(samples_per_epoch=2400))
test_dataloader = dict(dataset=dict(metainfo=dict(classes=('pedestrian',))))
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
