# As pointtrack_given-masks_tiny_toy-street.py, with the embedding of PointTrack++.
#   python tools/test.py THIS work_dirs/pointtrack-pp_embedding-tiny-stage4-aggregate_300i_toy-street/iter_300.pth
_base_ = [
    '../_base_/models/pointtrack_pp_embedding_tiny.py',
    '../_base_/datasets/given_masks_toy_street.py',
    '../_base_/trackers/pointtrack.py',
    '../_base_/default_runtime.py',
]
model = dict(
    type='GivenMaskTracker',
    data_preprocessor=dict(type='TrackDataPreprocessor'),
    embedding=_base_.embedding,
    tracker=_base_.tracker)
train_dataloader = None  # embeddings are trained from crops
val_cfg, test_cfg = dict(type='ValLoop'), dict(type='TestLoop')
