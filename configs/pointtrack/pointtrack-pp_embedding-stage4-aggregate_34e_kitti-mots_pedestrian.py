# Stage 4 of 4 of PointTrack++'s embedding of pedestrians, chained by tools/train_chain.py: the aggregate, S = 5.
_base_ = [
    '../_base_/models/pointtrack_pp_embedding.py',
    '../_base_/datasets/track_crops_kitti_mots.py',
    '../_base_/schedules/adam_embedding_34e.py',
    '../_base_/default_runtime.py',
]
_base_.embedding.stage = 'aggregate'
model = dict(type='CropEmbeddingModel', embedding=_base_.embedding)
train_dataloader = dict(dataset=dict(max_spacing=5, classes=('pedestrian', )))
