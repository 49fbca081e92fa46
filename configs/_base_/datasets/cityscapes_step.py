# Cityscapes with KITTI-STEP's classes, to pretrain on: single images, as data_converters/cityscapes.py leaves them.
_base_ = './step_videos.py'

data_root = 'data/cityscapes/'

_pipeline = _base_.pair_pipeline
_pipeline[0] = dict(type='ClipFrameSample', clip_length=1)
_pipeline[1].transforms[3] = dict(type='RandomResize', scale=(2048, 1024), ratio_range=(0.5, 2.0), keep_ratio=True)
_pipeline[1].transforms.insert(4, dict(type='RandomCrop', crop_size=(1024, 2048), allow_negative_crop=True))

train_dataloader = dict(
    sampler=dict(clip_length=1),
    dataset=dict(data_root=data_root, pipeline=_pipeline, metainfo=dict(classes=('person', 'car'))))
val_dataloader = dict(dataset=dict(data_root=data_root, metainfo=dict(classes=('person', 'car'))))
test_dataloader = val_dataloader

val_evaluator = dict(
    _delete_=True, **_base_.panoptic_evaluator, panoptic_maps=data_root + 'panoptic_maps/val',
    ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
