# What data sets of boxes with identities share, as JDE has it: single images in training, whole videos in testing, both
# on a canvas of one size. Each of them sets where its files are, and the size by replacing both Letterbox.
train_pipeline = [
    dict(type='LoadFrameImage'),
    dict(type='LoadIdentifiedBoxes'),
    dict(type='RandomSaturationValue', strength=0.5),
    dict(type='Letterbox', size=(1088, 608)),
    dict(type='RandomBoxAffine', degrees=5, translate=0.1, scale=(0.5, 1.2), shear=2),
    dict(type='RandomFlip', prob=0.5),
    dict(type='PackIdentifiedBoxes'),
]
test_pipeline = [
    dict(
        type='TransformBroadcaster',
        transforms=[
            dict(type='LoadFrameImage'),
            dict(type='Letterbox', size=(1088, 608)),
        ]),
    dict(type='PackMOTSInputs'),
]

train_dataloader = dict(
    batch_size=4,  # 8 GPUs
    num_workers=4,
    persistent_workers=True,
    drop_last=True,
    sampler=dict(type='DefaultSampler', shuffle=True),
    dataset=dict(
        type='IdentifiedBoxDataset',
        ann_file='annotations/train.json',
        data_prefix=dict(img_path=''),
        pipeline=train_pipeline))
val_dataloader = dict(
    batch_size=1,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='WholeVideoSampler'),
    dataset=dict(
        type='MOTSVideoDataset',
        ann_file='annotations/val.json',
        data_prefix=dict(img_path=''),
        with_masks=False,
        test_mode=True,
        pipeline=test_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(type='BoxTrackMetric', metric=['clear', 'idf1', 'hota'])
test_evaluator = val_evaluator

custom_hooks = [dict(type='IdentityCountHook')]
