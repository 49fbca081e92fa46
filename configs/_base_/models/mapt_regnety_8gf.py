# MAPT at full size (section III; what the paper leaves open is as in EfficientPS and APSNet: configs/mapt/README.md).
# iABN is an extension that is no longer kept up: here synchronised batch normalisation, then leaky ReLU.
data_preprocessor = dict(
    type='TrackDataPreprocessor',
    mean=[106.433, 116.617, 119.559],
    std=[65.496, 67.6, 74.123],
    bgr_to_rgb=True,
    pad_mask=True,
    pad_size_divisor=32)

_norm = dict(type='SyncBN', requires_grad=True)
_act = dict(type='LeakyReLU', negative_slope=0.01, inplace=True)
_strides = [4, 8, 16, 32]
_sampled = dict(
    assigner=dict(
        type='IgnoreRegionAssigner', pos_iou_thr=0.5, neg_iou_thr=0.5, min_pos_iou=0.5, match_low_quality=False),
    sampler=dict(type='RandomSampler', num=256, pos_fraction=0.25, add_gt_as_proposals=True))

detector = dict(
    type='MaskRCNN',
    backbone=dict(type='RegNetY', dilated_twin=True, norm_cfg=_norm, norm_eval=False),
    neck=dict(
        type='TwoWayFPN', in_channels=[168, 448, 896, 2016], out_channels=256, norm_cfg=_norm, act_cfg=_act),
    rpn_head=dict(
        type='RPNHead',
        in_channels=256,
        feat_channels=256,
        anchor_generator=dict(type='AnchorGenerator', scales=[8], ratios=[0.5, 1.0, 2.0], strides=_strides),
        bbox_coder=dict(type='DeltaXYWHBBoxCoder', target_means=[0.] * 4, target_stds=[1.] * 4),
        loss_cls=dict(type='CrossEntropyLoss', use_sigmoid=True),
        loss_bbox=dict(type='SmoothL1Loss', beta=1 / 9)),
    roi_head=dict(
        type='MaskLogitsRoIHead',
        bbox_roi_extractor=dict(
            type='SingleRoIExtractor',
            roi_layer=dict(type='RoIAlign', output_size=7, sampling_ratio=2),
            out_channels=256,
            featmap_strides=_strides),
        bbox_head=dict(
            type='Shared2FCBBoxHead',
            in_channels=256,
            num_classes=2,
            bbox_coder=dict(
                type='DeltaXYWHBBoxCoder', target_means=[0.] * 4, target_stds=[0.1, 0.1, 0.2, 0.2]),
            loss_cls=dict(type='CrossEntropyLoss'),
            loss_bbox=dict(type='SmoothL1Loss', beta=1.0)),
        mask_roi_extractor=dict(
            type='SingleRoIExtractor',
            roi_layer=dict(type='RoIAlign', output_size=14, sampling_ratio=2),
            out_channels=256,
            featmap_strides=_strides),
        mask_head=dict(
            type='SeparableMaskHead',
            num_convs=4,
            in_channels=256,
            num_classes=2,
            norm_cfg=_norm,
            act_cfg=_act,
            loss_mask=dict(type='CrossEntropyLoss', use_mask=True))),
    train_cfg=dict(
        rpn=dict(
            assigner=dict(
                type='IgnoreRegionAssigner', pos_iou_thr=0.7, neg_iou_thr=0.3, min_pos_iou=0.3,
                match_low_quality=True),
            sampler=dict(type='RandomSampler', num=256, pos_fraction=0.5, add_gt_as_proposals=False),
            allowed_border=0,
            pos_weight=-1),
        rpn_proposal=dict(
            nms_pre=2000, max_per_img=2000, nms=dict(type='nms', iou_threshold=0.7), min_bbox_size=0),
        rcnn=dict(**_sampled, mask_size=28, pos_weight=-1)),
    test_cfg=dict(
        rpn=dict(nms_pre=1000, max_per_img=1000, nms=dict(type='nms', iou_threshold=0.7), min_bbox_size=0),
        rcnn=dict(score_thr=0.5, nms=dict(type='nms', iou_threshold=0.5), max_per_img=100)))

semantic_head = dict(
    type='AlignedSemanticHead', num_classes=19, context_channels=2016, norm_cfg=_norm, act_cfg=_act)
motion_head = dict(type='MotionPropagationHead', in_channels=128, norm_cfg=_norm, act_cfg=_act)
appearance_head = dict(
    type='MotionAppearanceHead',
    roi_extractor=detector['roi_head']['bbox_roi_extractor'],
    motion_roi_extractor=dict(
        type='SingleRoIExtractor',
        roi_layer=dict(type='RoIAlign', output_size=7, sampling_ratio=2),
        out_channels=64,
        featmap_strides=[8]),
    train_cfg=dict(
        _sampled, sampler=dict(type='RandomSampler', num=128, pos_fraction=0.25, add_gt_as_proposals=False)))
