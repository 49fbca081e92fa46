# Row 2X of PointTrack++'s table 3 on the rendered street.
_base_ = './pointtrack_tiny_toy-street.py'

for _network in _base_.model.networks:
    _network.segmenter.backbone.input_scale = 2
    _network.segmenter.head.decoder.half = True
model = _base_.model
