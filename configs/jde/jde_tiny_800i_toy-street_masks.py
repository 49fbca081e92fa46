# Beyond the paper: masks too, from prototypes of the image, so that the tiny JDE answers --eval smotsa.
_base_ = './jde_tiny_800i_toy-street.py'

_norm = dict(type='BN', requires_grad=True)
model = dict(
    detector=dict(
        bbox_head=dict(
            mask_branch=dict(
                type='PrototypeMaskBranch',
                in_channels=48,
                bridge_channels=[192, 128, 96],
                loss_weight=30.0,
                norm_cfg=_norm))),
    tracker=dict(overlap='score'))

_base_.train_pipeline[1] = dict(type='LoadIdentifiedBoxes', with_mask=True)
_base_.train_pipeline[3:5] = [dict(type='Resize', scale_factor=1.0)]  # neither letterbox nor affine transform move masks
train_dataloader = dict(dataset=dict(with_masks=True, pipeline=_base_.train_pipeline))

_base_.test_pipeline[0].transforms[1] = dict(type='Resize', scale_factor=1.0)
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
test_evaluator = dict(_delete_=True, type='MOTSMetric', ann_file=_base_.test_evaluator[0].ann_file)
