# What data sets of videos with masks share: pipelines at the size of the images, loaders, evaluator. Each of them sets
# where its files are, and the size by replacing both Resize.
classes = ('car', 'pedestrian')

train_pipeline = [
    dict(type='ClipFrameSample', clip_length=8),
    dict(
        type='TransformBroadcaster',
        share_random_params=True,  # one flip, one gamma a clip
        transforms=[
            dict(type='LoadFrameImage'),
            dict(type='LoadMOTSAnnotations'),
            dict(type='Resize', scale_factor=1.0),
            dict(type='RandomFlip', prob=0.5),
            dict(type='RandomGamma', strength=0.05),
            dict(type='FitBoxesToMasks'),
        ],
    ),
    dict(type='PackMOTSInputs'),
]
test_pipeline = [
    dict(
        type='TransformBroadcaster',
        transforms=[
            dict(type='LoadFrameImage'),
            dict(type='Resize', scale_factor=1.0),
        ],
    ),
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
        ann_file='annotations/train.json',
        data_prefix=dict(img_path=''),
        metainfo=dict(classes=classes),
        pipeline=train_pipeline,
    ),
)
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='WholeVideoSampler'),
    dataset=dict(
        type='MOTSVideoDataset',
        ann_file='annotations/val.json',
        data_prefix=dict(img_path=''),
        metainfo=dict(classes=classes),
        test_mode=True,
        pipeline=test_pipeline,
    ),
)
test_dataloader = val_dataloader

val_evaluator = dict(type='MOTSMetric')
test_evaluator = val_evaluator
