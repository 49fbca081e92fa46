# The rendered street with masks as they are annotated. For those of another method, or any of one's own:
#   --cfg-options test_dataloader.dataset.pipeline.0.transforms.0.folder=DIR   one txt a video, as of KITTI MOTS
# and likewise …transforms.0.form=id_png or form=detections_txt.
_base_ = './toy_street.py'

_base_.test_pipeline[0].transforms = [dict(type='LoadGivenMasks'), dict(type='LoadFrameImage')]
_base_.test_pipeline[1].meta_keys = ('given_masks', )
val_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
test_dataloader = val_dataloader
