# Single frames of the rendered street, as in frames_kitti_mots.py; data as in toy_street.py.
_base_ = './frames_kitti_mots.py'

data_root = 'work_dirs/demo/data/'

_base_.train_pipeline[2] = dict(type='RandomFlip', prob=0.5)  # frames are small enough to be taken whole

train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
