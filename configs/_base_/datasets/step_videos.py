# What panoptic video data sets share, over data sets of videos with masks: maps of all pixels beside the instances,
# pairs of frames to train on, and the panoptic metrics. Each of them sets where its files are, as they do.
_base_ = './mots_videos.py'

pair_pipeline = [
    dict(type='PairFrameSample', intervals=(1, 3)),
    dict(
        type='TransformBroadcaster',
        share_random_params=True,  # one flip, one gamma a pair
        transforms=[
            dict(type='LoadFrameImage'),
            dict(type='LoadMOTSAnnotations'),
            dict(type='LoadPanopticMap'),
            dict(type='Resize', scale_factor=1.0),
            dict(type='RandomFlip', prob=0.5),
            dict(type='RandomGamma', strength=0.05),
            dict(type='FitBoxesToMasks'),
        ],
    ),
    dict(type='PackPanopticInputs'),
]
train_dataloader = dict(
    sampler=dict(clip_length=2),
    dataset=dict(
        type='PanopticVideoDataset',
        data_prefix=dict(seg_map_path='panoptic_maps/train'),
        pipeline=pair_pipeline))

panoptic_evaluator = dict(type='PanopticTrackMetric', metric=('pat', 'stq', 'pq'))
