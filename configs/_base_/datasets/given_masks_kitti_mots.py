# KITTI MOTS with masks as they are annotated, at full size; see given_masks_toy_street.py for those of another method.
_base_ = './kitti_mots.py'

_base_.test_pipeline[0].transforms = [dict(type='LoadGivenMasks'), dict(type='LoadFrameImage')]
_base_.test_pipeline[1].meta_keys = ('given_masks', )
val_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
test_dataloader = val_dataloader
