# The association alone, without any image: annotated masks of the second half of MOTS20-05, embedded by their shapes,
# positions and neighbours, with the weights of pointtrack_embedding-masks-only_300i_mots-challenge.py. Where looks do
# not tell people apart overlap has to, so that the constants are those of KITTI MOTS, not of MOTS20.
_base_ = [
    '../_base_/models/pointtrack_embedding_masks_only.py',
    '../_base_/datasets/given_masks_mots_challenge_halves.py',
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
