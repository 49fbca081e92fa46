# KITTI MOTS as TrackR-CNN has it: trained at a fixed 1024x309, tested at 1242x375.
# data_root holds the raw data (training/image_02/0000/000000.png, instances/ …) and its conversion:
#   python data_converters/kitti_mots.py data/kitti_mots data/kitti_mots/annotations --split train val
# For data elsewhere override data_root of the three dataloaders' datasets.
_base_ = './mots_videos.py'

data_root = 'data/kitti_mots/'

_base_.train_pipeline[1].transforms[2] = dict(type='Resize', scale=(1024, 309), keep_ratio=False)
_base_.test_pipeline[0].transforms[1] = _base_.test_pipeline_with_flow[1].transforms[1] = dict(
    type='Resize', scale=(1242, 375), keep_ratio=False
)

train_dataloader = dict(dataset=dict(data_root=data_root, pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(data_root=data_root, pipeline=_base_.test_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
