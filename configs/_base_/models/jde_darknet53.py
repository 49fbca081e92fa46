# JDE at 1088x608: Darknet-53, YOLOv3's neck, and three heads of four anchors, 1:3 but for the largest. The released code
# freezes scale and shift of batch normalisation, drawn from U(0, 1) where no pretrained weights say otherwise; its
# running statistics go on. Everything else starts as torch has it.
_norm = dict(type='BN', requires_grad=False)
_torch_default = dict(type='Kaiming', layer='Conv2d', a=5**0.5, mode='fan_in', nonlinearity='leaky_relu', distribution='uniform')
_init = [_torch_default, dict(type='Uniform', layer='BatchNorm2d', a=0, b=1)]

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
        type='Darknet',
        depth=53,
        out_indices=(3, 4, 5),
        norm_cfg=_norm,
        norm_eval=False,
        init_cfg=dict(type='Pretrained', checkpoint='open-mmlab://darknet53')),
    neck=dict(
        type='YOLOV3Neck',
        num_scales=3,
        in_channels=[1024, 512, 256],
        out_channels=[512, 256, 128],
        norm_cfg=_norm,
        init_cfg=_init),
    bbox_head=dict(
        type='JDEHead',
        in_channels=[512, 256, 128],
        num_classes=1,
        identity_counts=[14455],  # of the released weights
        norm_cfg=_norm,
        init_cfg=_init,
        anchor_generator=dict(
            type='CornerAnchorGenerator',
            strides=[32, 16, 8],
            base_sizes=[[(128, 384), (180, 540), (256, 640), (512, 640)],
                        [(32, 96), (45, 135), (64, 192), (90, 271)],
                        [(8, 24), (11, 34), (16, 48), (23, 68)]]),
        weighting=dict(type='UncertaintyTaskWeighting')),
    train_cfg=dict(
        assigner=dict(
            type='MaxIoUAssigner', pos_iou_thr=0.5, neg_iou_thr=0.4, min_pos_iou=0.5, match_low_quality=False)),
    test_cfg=dict(
        score_thr=0.5, nms=dict(type='nms', iou_threshold=0.4), class_agnostic=True, nms_pre=1000, max_per_img=300))
