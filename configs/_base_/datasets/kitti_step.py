# KITTI-STEP as data_converters/step.py leaves it: images and panoptic maps as published, and annotations/*.json.
_base_ = './step_videos.py'

data_root = 'data/kitti_step/'

_scale = dict(type='RandomResize', scale=(1242, 375), ratio_range=(0.5, 2.0), keep_ratio=True)
_base_.pair_pipeline[1].transforms[3] = _scale

train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=_base_.pair_pipeline,
                                     metainfo=dict(classes=('person', 'car'))))
val_dataloader = dict(dataset=dict(data_root=data_root, metainfo=dict(classes=('person', 'car'))))
test_dataloader = val_dataloader

val_evaluator = dict(
    _delete_=True, **_base_.panoptic_evaluator, panoptic_maps=data_root + 'panoptic_maps/val',
    ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
