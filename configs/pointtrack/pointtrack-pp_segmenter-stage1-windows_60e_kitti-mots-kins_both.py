# PointTrack++'s segmenter of cars and pedestrians, one network with a seed map of each.
# First stage: windows around objects of KITTI MOTS and KINS.
_base_ = [
    '../_base_/models/branched_erfnet_pp.py',
    '../_base_/datasets/object_windows_kitti_mots_kins.py',
    '../_base_/schedules/radam_segmenter_windows.py',
    '../_base_/default_runtime.py',
]
model = _base_.segmenter
model.head.update(num_classes=2, clustering=[_base_.car_rule, _base_.pedestrian_rule])
for _source in _base_.train_dataloader.dataset.datasets:
    _source.update(metainfo=dict(classes=('car', 'pedestrian')), pipeline=_base_.train_pipeline)
train_dataloader = dict(sampler=dict(samples_per_epoch=2400))
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
