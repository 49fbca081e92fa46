# Stage 3 of 4 of PointTrack++'s embedding of cars, chained by tools/train_chain.py: the position, S = 1.
_base_ = [
    '../_base_/models/pointtrack_pp_embedding.py',
    '../_base_/datasets/track_crops_kitti_mots.py',
    '../_base_/schedules/adam_embedding_34e.py',
    '../_base_/default_runtime.py',
]
_base_.embedding.stage = 'position'
model = dict(type='CropEmbeddingModel', embedding=_base_.embedding)
train_dataloader = dict(dataset=dict(max_spacing=1, classes=('car', )))
