# Masks of the rendered street as annotated, embedded and tracked: the association alone.
#   python tools/test.py THIS work_dirs/pointtrack_embedding-tiny_300i_toy-street/iter_300.pth --eval smotsa
_base_ = [
    '../_base_/models/pointtrack_embedding_tiny.py',
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
