# MAPT for two CPU cores, trained from random initialisation: the detector of the tiny TrackR-CNN with a two-way pyramid
# and thin heads. Its backbone has no dilated stage; the semantic head takes the coarsest map instead. Poles, bicycles and
# kerbs are a few pixels wide here, so class scores come at stride 2.
_base_ = './mask_rcnn_tiny_fpn.py'

_base_.detector.roi_head.pop('association_head')

_norm = dict(type='BN', requires_grad=True)
_act = dict(type='LeakyReLU', inplace=True)
_channels = 32
_roi_extractor = dict(
    type='SingleRoIExtractor',
    roi_layer=dict(type='RoIAlign', output_size=7, sampling_ratio=1),
    out_channels=_channels,
    featmap_strides=[4, 8, 16, 32],
    finest_scale=28)

detector = dict(
    backbone=dict(out_indices=(0, 1, 2, 3, 4)),
    neck=dict(
        _delete_=True, type='TwoWayFPN', in_channels=[32, 64, 128, 256], out_channels=_channels,
        norm_cfg=_norm, act_cfg=_act),
    roi_head=dict(type='MaskLogitsRoIHead'),
    test_cfg=dict(rcnn=dict(score_thr=0.2)))
semantic_head = dict(
    type='AlignedSemanticHead',
    num_classes=19,
    context_channels=256,
    pyramid_channels=_channels,
    channels=48,
    skip_channels=(32, 32),
    separable=False,
    subpixels=2,
    stem_channels=16,
    loss_stride=2,
    loss=dict(
        type='HardestPixelsCrossEntropyLoss',
        # road, sidewalk, building, wall, fence, pole, traffic light, traffic sign, vegetation, terrain,
        # sky, person, rider, car, truck, bus, train, motorcycle, bicycle
        class_weights=(1, 2, 1, 1, 1, 2, 1, 1.5, 1, 4, 1, 1, 1.5, 1, 1, 1, 1, 1, 3)),
    norm_cfg=_norm,
    act_cfg=_act)
motion_head = dict(type='MotionPropagationHead', in_channels=48, mask_channels=8, norm_cfg=_norm)
appearance_head = dict(
    type='MotionAppearanceHead',
    roi_extractor=_roi_extractor,
    motion_roi_extractor=dict(
        type='SingleRoIExtractor',
        roi_layer=dict(type='RoIAlign', output_size=7, sampling_ratio=1),
        out_channels=32,
        featmap_strides=[8]),
    in_channels=_channels,
    motion_channels=32,
    fc_channels=256,
    embed_channels=64,
    loss=dict(type='TrackCrossEntropyLoss', loss_weight=0.25),  # at 1, the shared layers serve the others less well
    train_cfg=dict(
        assigner=dict(type='IgnoreRegionAssigner', pos_iou_thr=0.5, neg_iou_thr=0.5, min_pos_iou=0.5,
                      match_low_quality=False),
        sampler=dict(type='RandomSampler', num=128, pos_fraction=0.25, add_gt_as_proposals=False)))
