# The second half of MOTS20-05, masks as they are annotated, no images: frames are black. The halves come from seqmaps,
# first.seqmap with the line 'MOTS20-05 empty 000001 000418', second.seqmap with 'MOTS20-05 empty 000419 000837':
#   python data_converters/mots_challenge.py data/mots_challenge data/mots_challenge/halves --no-images \
#       --seqmap first.seqmap second.seqmap
_base_ = './mots_challenge.py'

_base_.test_pipeline[0].transforms = [dict(type='LoadGivenMasks'), dict(type='BlankFrameImage')]
_base_.test_pipeline[1].meta_keys = ('given_masks', )
val_dataloader = dict(dataset=dict(ann_file='halves/second.json', pipeline=_base_.test_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=_base_.data_root + 'halves/second.json')
test_evaluator = val_evaluator
