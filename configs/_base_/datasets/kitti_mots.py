# KITTI MOTS as TrackR-CNN has it: trained at a fixed 1024x309, tested at 1242x375.
# data_root holds the raw data (training/image_02/0000/000000.png, instances/ …) and its conversion:
#   python data_converters/kitti_mots.py data/kitti_mots data/kitti_mots/annotations --split train val
# For data elsewhere override data_root of the three dataloaders' datasets.
data_root = 'data/kitti_mots/'
classes = ('car', 'pedestrian')

train_pipeline = [
    dict(type='ClipFrameSample', clip_length=8),
    dict(
        type='TransformBroadcaster',
        share_random_params=True,  # one flip, one gamma a clip
        transforms=[
            dict(type='LoadFrameImage'),
            dict(type='LoadMOTSAnnotations'),
            dict(type='Resize', scale=(1024, 309), keep_ratio=False),
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
            dict(type='Resize', scale=(1242, 375), keep_ratio=False),
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
        data_root=data_root,
        ann_file='annotations/train.json',
        data_prefix=dict(img_path=''),
        metainfo=dict(classes=classes),
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='WholeVideoSampler'),
    dataset=dict(
        type='MOTSVideoDataset',
        data_root=data_root,
        ann_file='annotations/val.json',
        data_prefix=dict(img_path=''),
        metainfo=dict(classes=classes),
        test_mode=True,
        pipeline=test_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(type='MOTSMetric', ann_file=data_root + 'annotations/val.json')
test_evaluator = val_evaluator
