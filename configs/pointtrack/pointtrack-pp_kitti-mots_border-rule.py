# PointTrack++ with the tracker that its authors released later: shorter lives, the shortest near the border.
_base_ = [
    '../_base_/models/branched_erfnet_pp.py',
    '../_base_/models/pointtrack_pp_embedding.py',
    '../_base_/datasets/kitti_mots.py',
    '../_base_/trackers/pointtrack_border_rule.py',
    '../_base_/default_runtime.py',
]
_pedestrians = dict(**_base_.segmenter)
_pedestrians['head'] = dict(_base_.segmenter.head, clustering=[_base_.pedestrian_rule])
model = dict(
    type='PointTrack',
    data_preprocessor=dict(type='TrackDataPreprocessor', mean=[0, 0, 0], std=[255, 255, 255], bgr_to_rgb=True),
    networks=[
        dict(segmenter=_base_.segmenter, embedding=_base_.embedding),
        dict(segmenter=_pedestrians, embedding=_base_.embedding),
    ],
    tracker=_base_.tracker,
)
_base_.test_pipeline[0].transforms[1] = dict(type='Resize', scale_factor=1.0)
train_dataloader = None  # the networks are trained apart, and put together by tools/join_checkpoints.py
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline))
