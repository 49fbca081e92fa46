# The rendered street: data_converters/toy_street.py writes images and ground truth below data_root, kitti_mots.py there
# converts it to annotations/.
_base_ = './mots_videos.py'

data_root = 'work_dirs/demo/data/'

train_dataloader = dict(dataset=dict(data_root=data_root))
val_dataloader = dict(dataset=dict(data_root=data_root))
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
