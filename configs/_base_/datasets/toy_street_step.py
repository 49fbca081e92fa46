# The rendered street as data_converters/step.py reads its panoptic maps: classes of KITTI-STEP, things are people and
# cars. What KITTI MOTS ignores, cyclists above all, is stuff here, so the region head learns that it is no person.
_base_ = './step_videos.py'

data_root = 'work_dirs/demo/data/'

_base_.pair_pipeline[0].intervals = (1, 2)  # tested on adjacent frames

_things = dict(ann_file='annotations_step/train.json', metainfo=dict(classes=('person', 'car')))
train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=_base_.pair_pipeline, **_things))
test_dataloader = dict(dataset=dict(data_root=data_root, **{**_things, 'ann_file': 'annotations_step/val.json'}))

_ann_file = data_root + 'annotations_step/val.json'
test_evaluator = [
    dict(_base_.panoptic_evaluator, panoptic_maps=data_root + 'panoptic_maps/val', ann_file=_ann_file),
    dict(type='MOTSMetric', ann_file=_ann_file),
]
