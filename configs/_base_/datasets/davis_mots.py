# DAVIS videos in KITTI MOTS layout: real frames of cars and pedestrians, 854x480, at half their size.
# image_root holds the raw data (training/image_02/…), annotation_root its conversion:
#   python data_converters/kitti_mots.py ../shared/data/davis_mots data/davis_mots \
#     --seqmap ../shared/data/davis_mots/train.seqmap ../shared/data/davis_mots/val.seqmap
# For data elsewhere override ann_file and data_prefix.img_path of the three dataloaders' datasets.
_base_ = './mots_videos.py'

image_root = '../shared/data/davis_mots/'
annotation_root = 'data/davis_mots/'

_base_.train_pipeline[1].transforms[2] = dict(type='Resize', scale=(427, 240), keep_ratio=True)
_base_.test_pipeline[0].transforms[1] = _base_.test_pipeline_with_flow[1].transforms[1] = dict(
    type='Resize', scale=(427, 240), keep_ratio=True
)

train_dataloader = dict(
    dataset=dict(
        ann_file=annotation_root + 'train.json', data_prefix=dict(img_path=image_root), pipeline=_base_.train_pipeline
    )
)
val_dataloader = dict(
    dataset=dict(
        ann_file=annotation_root + 'val.json', data_prefix=dict(img_path=image_root), pipeline=_base_.test_pipeline
    )
)
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=annotation_root + 'val.json')
test_evaluator = val_evaluator
