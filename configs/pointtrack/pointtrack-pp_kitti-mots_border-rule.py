# PointTrack++ with the tracker that its authors released later: shorter lives, the shortest near the border.
_base_ = [
    '../_base_/models/pointtrack_pp_pairs.py', '../_base_/datasets/kitti_mots.py',
    '../_base_/trackers/pointtrack_border_rule.py', '../_base_/default_runtime.py'
]

model = dict(_base_.pairs, tracker=_base_.tracker)

_base_.test_pipeline[0].transforms[1] = dict(type='Resize', scale_factor=1.0)
train_dataloader = None  # the networks are trained apart, and put together by tools/join_checkpoints.py
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
