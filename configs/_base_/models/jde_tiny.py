# JDE for two CPU cores, trained from random initialisation: the parts of the full network, thin, on the rendered street's
# cars and pedestrians. Anchors: tools/analysis/fit_anchors.py.
_norm = dict(type='BN', requires_grad=True)
_act = dict(type='LeakyReLU', negative_slope=0.1, inplace=True)

data_preprocessor = dict(
    type='TrackDataPreprocessor',
    mean=[0, 0, 0],
    std=[255, 255, 255],
    bgr_to_rgb=True,
    pad_size_divisor=32,
    use_det_processor=True)

detector = dict(
    type='SingleStageDetector',
    backbone=dict(
        type='CSPDarknet',  # its stem folds pixels into channels, so thin legs survive the first stride
        deepen_factor=0.33,
        widen_factor=0.375,
        spp_kernal_sizes=(5, ),
        out_indices=(2, 3, 4),
        norm_cfg=_norm,
        act_cfg=_act),
    neck=dict(
        type='YOLOV3Neck', num_scales=3, in_channels=[384, 192, 96], out_channels=[96, 64, 48], norm_cfg=_norm, act_cfg=_act),
    bbox_head=dict(
        type='JDEHead',
        in_channels=[96, 64, 48],
        num_classes=2,
        identity_counts=[0, 0],
        embed_channels=64,
        norm_cfg=_norm,
        act_cfg=_act,
        anchor_generator=dict(
            type='CornerAnchorGenerator',
            strides=[32, 16, 8],
            base_sizes=[[(75, 56), (60, 99), (96, 68), (130, 84)],
                        [(32, 55), (24, 72), (64, 45), (43, 78)],
                        [(11, 31), (32, 26), (19, 45), (49, 35)]]),
        weighting=dict(type='UncertaintyTaskWeighting')),
    train_cfg=dict(
        assigner=dict(
            type='IgnoreRegionAssigner',
            pos_iou_thr=0.5,
            neg_iou_thr=0.4,
            min_pos_iou=0.5,
            match_low_quality=False,
            ignore_coverage=0.5)),
    test_cfg=dict(
        score_thr=0.3, nms=dict(type='nms', iou_threshold=0.4), class_agnostic=False, nms_pre=1000, max_per_img=100))
