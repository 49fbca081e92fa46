# A detector and an embedding network for two CPU cores, trained from random initialisation on the rendered street: YOLOX
# and ResNet-18, thin. Leaves say how the embedding is learnt.
_norm = dict(type='BN', requires_grad=True)

data_preprocessor = dict(
    type='TrackDataPreprocessor',
    mean=[0, 0, 0],
    std=[255, 255, 255],
    bgr_to_rgb=True,
    pad_size_divisor=32,
    use_det_processor=True)

detector = dict(
    type='YOLOX',
    backbone=dict(
        type='CSPDarknet', deepen_factor=0.33, widen_factor=0.25, spp_kernal_sizes=(5, ), out_indices=(2, 3, 4)),
    neck=dict(type='YOLOXPAFPN', in_channels=[64, 128, 256], out_channels=64, num_csp_blocks=1),
    bbox_head=dict(type='YOLOXHead', num_classes=2, in_channels=64, feat_channels=64),
    train_cfg=dict(assigner=dict(type='SimOTAAssigner', center_radius=2.5)),
    test_cfg=dict(score_thr=0.1, nms=dict(type='nms', iou_threshold=0.5), max_per_img=100))

embedder = dict(
    type='CropEmbedder',
    backbone=dict(
        type='ResNet', depth=18, base_channels=16, strides=(1, 2, 2, 1), norm_cfg=_norm, norm_eval=False),
    in_channels=128,
    embed_channels=64)
