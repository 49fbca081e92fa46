# Stage 4 of 4 of PointTrack++'s embedding on the rendered street, for tools/train_chain.py: the aggregate, S = 5.
_base_ = [
    '../_base_/models/pointtrack_pp_embedding_tiny.py',
    '../_base_/datasets/track_crops_toy_street.py',
    '../_base_/schedules/adam_embedding_tiny.py',
    '../_base_/default_runtime.py',
]
# Tested with twice as many points.
_base_.embedding.update(stage='aggregate', foreground_points=64, environment_points=32)
model = dict(type='CropEmbeddingModel', embedding=_base_.embedding)
train_dataloader = dict(dataset=dict(max_spacing=5))
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
