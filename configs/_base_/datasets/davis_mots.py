# DAVIS videos in KITTI MOTS layout: real frames of cars and pedestrians, 854x480, at half their size.
# image_root holds the raw data (training/image_02/…), annotation_root its conversion:
#   python data_converters/kitti_mots.py ../shared/data/davis_mots data/davis_mots \
#     --seqmap ../shared/data/davis_mots/train.seqmap ../shared/data/davis_mots/val.seqmap
# For data elsewhere override ann_file and data_prefix.img_path of the three dataloaders' datasets.
image_root = '../shared/data/davis_mots/'
annotation_root = 'data/davis_mots/'
classes = ('car', 'pedestrian')

train_pipeline = [
    dict(type='ClipFrameSample', clip_length=8),
    dict(
        type='TransformBroadcaster',
        share_random_params=True,  # one flip, one gamma a clip
        transforms=[
            dict(type='LoadFrameImage'),
            dict(type='LoadMOTSAnnotations'),
            dict(type='Resize', scale=(427, 240), keep_ratio=True),
            dict(type='RandomFlip', prob=0.5),
            dict(type='RandomGamma', strength=0.05),
            dict(type='FitBoxesToMasks'),
        ]),
    dict(type='PackMOTSInputs'),
]
test_pipeline = [
    dict(
        type='TransformBroadcaster',
        transforms=[
            dict(type='LoadFrameImage'),
            dict(type='Resize', scale=(427, 240), keep_ratio=True),
        ]),
    dict(type='PackMOTSInputs'),
]
# For trackers that use optical flow: val_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline_with_flow))
test_pipeline_with_flow = [
    dict(type='TransformBroadcaster', transforms=[dict(type='LoadFlow', provider=dict(type='DISFlow'))]),
    *test_pipeline,
]

train_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='ClipSampler', clip_length=8),
    dataset=dict(
        type='MOTSVideoDataset',
        ann_file=annotation_root + 'train.json',
        data_prefix=dict(img_path=image_root),
        metainfo=dict(classes=classes),
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='WholeVideoSampler'),
    dataset=dict(
        type='MOTSVideoDataset',
        ann_file=annotation_root + 'val.json',
        data_prefix=dict(img_path=image_root),
        metainfo=dict(classes=classes),
        test_mode=True,
        pipeline=test_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(type='MOTSMetric', ann_file=annotation_root + 'val.json')
test_evaluator = val_evaluator
