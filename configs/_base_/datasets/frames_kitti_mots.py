# KITTI MOTS for networks that learn from single frames, at the size of the images: PointTrack's second stage, random
# windows of 320x1024 of frames with cars or pedestrians, 1,000 samples an epoch. (The released code draws from the first
# 1,000 of these frames only.) data_root as in kitti_mots.py.
_base_ = './mots_videos.py'

data_root = 'data/kitti_mots/'

train_pipeline = [
    dict(type='LoadFrameImage'),
    dict(type='LoadMOTSAnnotations'),
    dict(type='RandomCrop', crop_size=(320, 1024), allow_negative_crop=True),
    dict(type='FitBoxesToMasks'),
    dict(type='PackDetInputs', meta_keys=('img_path', 'ori_shape', 'img_shape', 'video_name', 'frame_number')),
]

train_dataloader = dict(
    _delete_=True,
    batch_size=2,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='ReplacementSampler', samples_per_epoch=1000),
    dataset=dict(
        type='MOTSFrameDataset',
        data_root=data_root,
        ann_file='annotations/train.json',
        data_prefix=dict(img_path=''),
        metainfo=dict(classes=_base_.classes),
        min_objects=1,
        pipeline=train_pipeline,
    ),
)

# Frames to test a segmenter by itself on, scored by the AP of masks; a whole tracker is tested on videos (kitti_mots.py).
test_pipeline = [
    dict(type='LoadFrameImage'),
    dict(
        type='PackDetInputs',
        meta_keys=('img_id', 'img_path', 'ori_shape', 'img_shape', 'video_name', 'frame_id', 'frame_number')),
]
val_dataloader = dict(
    _delete_=True,
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        type='MOTSFrameDataset',
        data_root=data_root,
        ann_file='annotations/val.json',
        data_prefix=dict(img_path=''),
        metainfo=dict(classes=_base_.classes),
        test_mode=True,
        pipeline=test_pipeline,
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(
    _delete_=True, type='CocoMetric', metric='segm', classwise=True, ann_file=data_root + 'annotations/val.json'
)
test_evaluator = val_evaluator
