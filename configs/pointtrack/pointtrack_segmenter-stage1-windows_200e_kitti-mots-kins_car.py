# PointTrack's segmenter of cars: first stage, windows around objects of KITTI MOTS and KINS.
_base_ = [
    '../_base_/models/branched_erfnet.py',
    '../_base_/datasets/object_windows_kitti_mots_kins.py',
    '../_base_/schedules/adam_segmenter_windows.py',
    '../_base_/default_runtime.py',
]
model = _base_.segmenter
test_dataloader = dict(dataset=dict(metainfo=dict(classes=('car',))))
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
