# Row 2X of PointTrack++'s table 3: PointTrack whose segmenters double their input.
_base_ = './pointtrack_kitti-mots.py'

for _network in _base_.model.networks:
    _network.segmenter.backbone.input_scale = 2
    _network.segmenter.head.decoder.half = True
model = _base_.model
