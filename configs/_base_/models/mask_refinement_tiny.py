# A refinement network for two CPU cores, trained from random initialisation: the same parts, thin.
_base_ = './mask_refinement_r101.py'

_norm = dict(type='BN', requires_grad=True)
model = dict(
    backbone=dict(
        _delete_=True,
        type='ResNet',
        depth=18,
        in_channels=4,
        base_channels=16,
        stem_channels=16,
        num_stages=4,
        strides=(1, 2, 2, 1),
        dilations=(1, 1, 1, 2),
        out_indices=(0, 3),
        norm_cfg=_norm,
        norm_eval=False,
        style='pytorch'),
    mask_head=dict(
        in_channels=[16, 128],
        context=dict(dilations=(1, 2, 3), depthwise_separable=False, norm_cfg=_norm),
        context_channels=48,
        fine_channels=16,
        channels=48,
        depthwise_separable=False,
        norm_cfg=_norm,
        # From nothing, the hardest quarter alone teaches a network to be sure of nothing: it stays at one half.
        losses=dict(
            loss_mask=dict(fraction=1.0), loss_dice=dict(type='DiceLoss', naive_dice=True, eps=1.0))))

fine_tuning = dict(
    all_objects=dict(iterations=100, batch_size=16, optimizer=dict(lr=1e-3)),
    one_object=dict(iterations=20, batch_size=4, optimizer=dict(lr=1e-3)))
