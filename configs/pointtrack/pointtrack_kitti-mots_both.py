# PointTrack with one segmenter for both classes, a seed map of each, and one embedding.
_base_ = ['./pointtrack_kitti-mots.py']
_segmenter = dict(**_base_.segmenter)
_segmenter['head'] = dict(_base_.segmenter.head, num_classes=2, clustering=[_base_.car_rule, _base_.pedestrian_rule])
model = dict(networks=[dict(segmenter=_segmenter, embedding=_base_.embedding)])
