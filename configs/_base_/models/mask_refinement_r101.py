# The refinement network of the MOTS paper's annotation: DeepLabv3+ on a crop and its box. The paper takes it from
# PReMVOS, which has an Xception-65 backbone; mmdet has none, so this is DeepLabv3+'s other one, ResNet-101, at stride 16.
norm_cfg = dict(type='BN', requires_grad=True)

data_preprocessor = dict(
    type='DetDataPreprocessor',
    mean=[123.675, 116.28, 103.53],
    std=[58.395, 57.12, 57.375],
    bgr_to_rgb=True)

model = dict(
    type='MaskRefinementNetwork',
    data_preprocessor=data_preprocessor,
    backbone=dict(
        type='ResNet',
        depth=101,
        in_channels=4,  # colours and box
        num_stages=4,
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 2),
        out_indices=(0, 3),
        norm_cfg=norm_cfg,
        norm_eval=True,
        style='pytorch',
        init_cfg=dict(type='Pretrained', checkpoint='torchvision://resnet101')),
    mask_head=dict(
        type='DeepLabMaskHead',
        in_channels=[256, 2048],
        context=dict(
            type='AtrousSpatialPyramidPooling',
            dilations=(6, 12, 18),
            depthwise_separable=True,
            norm_cfg=norm_cfg),
        depthwise_separable=True,
        norm_cfg=norm_cfg,
        losses=dict(loss_mask=dict(type='BootstrappedCrossEntropyLoss', fraction=0.25))))

# In annotation (tools/annotate_masks.py): first on all masks that people drew, then, anew for each object, on its own.
# Batch statistics stay as they are. PReMVOS: Adam at 1e-5 and batches of one.
fine_tuning = dict(
    all_objects=dict(iterations=2000, batch_size=8, optimizer=dict(type='Adam', lr=1e-5)),
    one_object=dict(iterations=100, batch_size=1, optimizer=dict(type='Adam', lr=1e-5)))
