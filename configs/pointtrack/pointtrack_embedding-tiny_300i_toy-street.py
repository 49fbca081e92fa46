# One embedding of cars and pedestrians on the rendered street, within the minutes of the demo.
_base_ = [
    '../_base_/models/pointtrack_embedding_tiny.py',
    '../_base_/datasets/track_crops_toy_street.py',
    '../_base_/schedules/adam_embedding_tiny.py',
    '../_base_/default_runtime.py',
]
_base_.embedding.update(foreground_points=64, environment_points=32)  # tested with twice as many
model = dict(type='CropEmbeddingModel', embedding=_base_.embedding)
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
