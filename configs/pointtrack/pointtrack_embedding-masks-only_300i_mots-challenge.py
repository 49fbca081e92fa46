# PointTrack's embedding without colours, from the masks of the first half of MOTS20-05, a minute on two CPU cores:
#   cd data/mots_challenge/halves; python …/tools/build_crop_database.py first.json crops --no-images
_base_ = [
    '../_base_/models/pointtrack_embedding_masks_only.py',
    '../_base_/datasets/track_crops.py',
    '../_base_/schedules/adam_embedding_tiny.py',
    '../_base_/default_runtime.py',
]
_base_.embedding.update(foreground_points=64, environment_points=32)  # tested with twice as many
model = dict(type='CropEmbeddingModel', embedding=_base_.embedding)
train_dataloader = dict(dataset=dict(database='data/mots_challenge/halves/crops'))
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
