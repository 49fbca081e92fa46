# Embedding of pedestrians, as published.
_base_ = [
    '../_base_/models/pointtrack_embedding.py',
    '../_base_/datasets/track_crops_kitti_mots.py',
    '../_base_/schedules/adam_embedding_34e.py',
    '../_base_/default_runtime.py',
]
model = dict(type='CropEmbeddingModel', embedding=_base_.embedding)
train_dataloader = dict(dataset=dict(classes=('pedestrian', )))
