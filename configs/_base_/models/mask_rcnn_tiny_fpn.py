# A Mask R-CNN for two CPU cores, trained from random initialisation: the same parts as at full size, thin, with batch
# normalisation in the heads too, and anchors from 28 to 112 pixels, as wide as cars and as slim as people. The finest
# level serves masks alone, and each class has masks of its own: cars and people share few outlines.
_base_ = './mask_rcnn_r101_fpn.py'

_norm = dict(type='BN', requires_grad=True)
_channels = 32
_roi_layer = dict(sampling_ratio=1)
temporal = dict(channels=_channels)

detector = dict(
    backbone=dict(
        _delete_=True,
        type='CSPDarknet',  # its stem folds pixels into channels, so thin legs survive the first stride
        deepen_factor=0.33,
        widen_factor=0.25,
        spp_kernal_sizes=(5, ),
        out_indices=(1, 2, 3, 4),
        use_depthwise=False,
        norm_cfg=_norm,
        act_cfg=dict(type='ReLU', inplace=True)),
    neck=dict(in_channels=[32, 64, 128, 256], out_channels=_channels, num_outs=4, norm_cfg=_norm),
    rpn_head=dict(
        type='CoarseRPNHead',
        in_channels=_channels,
        feat_channels=_channels,
        anchor_generator=dict(scales=[3.5], ratios=[0.6, 1.2, 2.4], strides=[8, 16, 32])),
    roi_head=dict(
        bbox_roi_extractor=dict(roi_layer=_roi_layer, out_channels=_channels, finest_scale=28),
        bbox_head=dict(
            type='ConvFCBBoxHead',
            num_shared_convs=2,
            num_shared_fcs=1,
            in_channels=_channels,
            conv_out_channels=48,
            fc_out_channels=256,
            norm_cfg=_norm),
        mask_roi_extractor=dict(roi_layer=_roi_layer, out_channels=_channels, finest_scale=112),
        mask_head=dict(
            num_convs=3,
            in_channels=_channels,
            conv_out_channels=64,
            class_agnostic=False,
            norm_cfg=_norm,
            loss_mask=dict(loss_weight=2.0)),
        association_head=dict(
            in_channels=_channels,
            embed_channels=64,
            loss=dict(loss_weight=0.25),
            init_cfg=dict(type='Normal', layer='Linear', std=0.001))),
    train_cfg=dict(
        rpn=dict(assigner=dict(pos_iou_thr=0.6)),
        rpn_proposal=dict(nms_pre=200, max_per_img=100)),
    test_cfg=dict(rpn=dict(nms_pre=200, max_per_img=100), rcnn=dict(score_thr=0.1, max_per_img=40)))
