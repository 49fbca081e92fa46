# The rendered street with its panoptic maps: classes of KITTI-STEP, things are cars and people.
_base_ = './step_videos.py'

data_root = 'work_dirs/demo/data/'

_base_.pair_pipeline[0].intervals = (1, 2)  # tested on adjacent frames

train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=_base_.pair_pipeline))
test_dataloader = dict(dataset=dict(data_root=data_root))

test_evaluator = [
    dict(_base_.panoptic_evaluator, panoptic_maps=data_root + 'panoptic_maps/val', ann_file=data_root + 'annotations/val.json'),
    dict(type='MOTSMetric', ann_file=data_root + 'annotations/val.json'),
]
