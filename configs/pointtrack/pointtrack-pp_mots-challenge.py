# PointTrack++ on MOTSChallenge, with the constants published for it; cars, which are not scored there, are tracked too.
_base_ = [
    '../_base_/models/pointtrack_pp_pairs.py', '../_base_/datasets/mots_challenge.py',
    '../_base_/trackers/pointtrack_mots_challenge.py', '../_base_/default_runtime.py'
]

model = dict(_base_.pairs, tracker=_base_.tracker)

_base_.test_pipeline[0].transforms[1] = dict(type='Resize', scale_factor=1.0)
train_dataloader = None  # the networks are trained apart, and put together by tools/join_checkpoints.py
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
