# MOTChallenge-STEP: two videos to train on, two to test (Weber et al., table 1), in the layout of KITTI-STEP:
#   python data_converters/step.py data/motchallenge_step data/motchallenge_step/annotations --class-list motchallenge_step
_base_ = './step_videos.py'

data_root = 'data/motchallenge_step/'

_scale = dict(type='RandomResize', scale=(1920, 1080), ratio_range=(0.5, 2.0), keep_ratio=True)
_base_.pair_pipeline[1].transforms[3] = _scale

train_dataloader = dict(
    dataset=dict(data_root=data_root, pipeline=_base_.pair_pipeline, metainfo=dict(classes=('person', ))))
val_dataloader = dict(dataset=dict(data_root=data_root, metainfo=dict(classes=('person', ))))
test_dataloader = val_dataloader

val_evaluator = dict(
    _delete_=True, **_base_.panoptic_evaluator, panoptic_maps=data_root + 'panoptic_maps/val',
    ann_file=data_root + 'annotations/val.json', class_list='motchallenge_step')
test_evaluator = val_evaluator
