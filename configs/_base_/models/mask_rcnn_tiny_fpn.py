# A Mask R-CNN for two CPU cores, trained from random initialisation: 1.1 M parameters, same parts as the full size.
_base_ = './mask_rcnn_r101_fpn.py'

_norm = dict(type='BN', requires_grad=True)
_channels = 48
temporal = dict(channels=_channels, depthwise_separable=True)

detector = dict(
    backbone=dict(
        depth=18,
        base_channels=16,
        stem_channels=16,
        num_stages=4,
        strides=(1, 2, 2, 2),
        dilations=(1, 1, 1, 1),
        out_indices=(0, 1, 2, 3),
        frozen_stages=-1,
        norm_cfg=_norm,
        norm_eval=False,
        init_cfg=None),
    neck=dict(in_channels=[16, 32, 64, 128], out_channels=_channels, num_outs=4, norm_cfg=_norm),
    rpn_head=dict(
        in_channels=_channels,
        feat_channels=_channels,
        anchor_generator=dict(scales=[5], strides=[4, 8, 16, 32])),
    roi_head=dict(
        bbox_roi_extractor=dict(out_channels=_channels, finest_scale=28),
        bbox_head=dict(in_channels=_channels, fc_out_channels=128),
        mask_roi_extractor=dict(out_channels=_channels, finest_scale=28),
        mask_head=dict(num_convs=2, in_channels=_channels, conv_out_channels=_channels),
        association_head=dict(
            in_channels=_channels,
            embed_channels=64,
            loss=dict(loss_weight=0.25),
            init_cfg=dict(type='Normal', layer='Linear', std=0.001))),
    train_cfg=dict(rpn_proposal=dict(nms_pre=400, max_per_img=200)),
    test_cfg=dict(rpn=dict(nms_pre=300, max_per_img=100), rcnn=dict(score_thr=0.1, max_per_img=40)))
