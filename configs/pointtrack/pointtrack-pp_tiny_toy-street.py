# PointTrack++ on the rendered street of `make demo`: one segmenter and one embedding for cars and pedestrians.
_base_ = [
    '../_base_/models/branched_erfnet_pp_tiny.py',
    '../_base_/models/pointtrack_pp_embedding_tiny.py',
    '../_base_/datasets/toy_street.py',
    '../_base_/trackers/pointtrack.py',
    '../_base_/default_runtime.py',
]
model = dict(
    type='PointTrack',
    data_preprocessor=dict(type='TrackDataPreprocessor', mean=[0, 0, 0], std=[255, 255, 255], bgr_to_rgb=True),
    networks=[dict(segmenter=_base_.segmenter, embedding=_base_.embedding)],
    tracker=_base_.tracker,
)
train_dataloader = None  # the two networks are trained apart, and put together by tools/join_checkpoints.py
val_cfg = val_dataloader = val_evaluator = None
test_cfg = dict(type='TestLoop')
