# MAPT at full size (section III; what the paper leaves open is as in EfficientPS and APSNet: configs/mapt/README.md).
# iABN is an extension that is no longer kept up: here synchronised batch normalisation, then leaky ReLU.
_base_ = './mask_rcnn_r101_fpn.py'
_base_.detector.roi_head.pop('association_head')

_norm = dict(type='SyncBN', requires_grad=True)
_act = dict(type='LeakyReLU', negative_slope=0.01, inplace=True)
_assigner = _base_.detector.train_cfg.rcnn.assigner

data_preprocessor = dict(mean=[106.433, 116.617, 119.559], std=[65.496, 67.6, 74.123])

detector = dict(
    backbone=dict(_delete_=True, type='RegNetY', dilated_twin=True, norm_cfg=_norm, norm_eval=False),
    neck=dict(
        _delete_=True, type='TwoWayFPN', in_channels=[168, 448, 896, 2016], out_channels=256, norm_cfg=_norm,
        act_cfg=_act),
    rpn_head=dict(anchor_generator=dict(strides=[4, 8, 16, 32])),
    roi_head=dict(
        type='MaskLogitsRoIHead',
        bbox_head=dict(reg_class_agnostic=False),
        mask_head=dict(type='SeparableMaskHead', class_agnostic=False, norm_cfg=_norm, act_cfg=_act)),
    train_cfg=dict(
        rpn=dict(allowed_border=0),
        rpn_proposal=dict(max_per_img=2000),
        rcnn=dict(sampler=dict(num=256))),
    test_cfg=dict(rcnn=dict(score_thr=0.5)))

semantic_head = dict(
    type='AlignedSemanticHead', num_classes=19, context_channels=2016, norm_cfg=_norm, act_cfg=_act)
motion_head = dict(type='MotionPropagationHead', in_channels=128, norm_cfg=_norm, act_cfg=_act)
appearance_head = dict(
    type='MotionAppearanceHead',
    roi_extractor=_base_.detector.roi_head.bbox_roi_extractor,
    motion_roi_extractor=dict(
        type='SingleRoIExtractor',
        roi_layer=dict(type='RoIAlign', output_size=7, sampling_ratio=2),
        out_channels=64,
        featmap_strides=[8]),
    train_cfg=dict(
        assigner=_assigner,
        sampler=dict(type='RandomSampler', num=128, pos_fraction=0.25, add_gt_as_proposals=False)))
