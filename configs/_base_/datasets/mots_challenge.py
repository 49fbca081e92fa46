# MOTSChallenge (MOTS20) as TrackR-CNN has it: short edge 420, long edge at most 747 in training and 1024 in testing.
# data_root holds the raw data (MOTS20-02/img1/000001.jpg, MOTS20-02/gt/gt.txt …) and its conversion:
#   python data_converters/mots_challenge.py data/mots_challenge data/mots_challenge/annotations --leave-out 2 5 9 11
# For data elsewhere override data_root of the three dataloaders' datasets, for another fold their ann_file.
data_root = 'data/mots_challenge/'
fold = 'annotations/leave_out_2_'  # trained on MOTS20-05, 09 and 11, validated on 02
# The published head keeps the car class here too, so the same weights serve both data sets.
classes = ('car', 'pedestrian')

train_pipeline = [
    dict(type='ClipFrameSample', clip_length=8),
    dict(
        type='TransformBroadcaster',
        share_random_params=True,  # one flip, one gamma a clip
        transforms=[
            dict(type='LoadFrameImage'),
            dict(type='LoadMOTSAnnotations'),
            dict(type='Resize', scale=(747, 420), keep_ratio=True),
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
            dict(type='Resize', scale=(1024, 420), keep_ratio=True),
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
        ann_file=fold + 'train.json',
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
        ann_file=fold + 'val.json',
        data_prefix=dict(img_path=''),
        metainfo=dict(classes=classes),
        test_mode=True,
        pipeline=test_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(type='MOTSMetric', ann_file=data_root + fold + 'val.json')
test_evaluator = val_evaluator
