# PointTrack++ whole: a segmenter and an embedding for cars, another pair for pedestrians.
_base_ = ['./branched_erfnet_pp.py', './pointtrack_pp_embedding.py']

_pedestrians = dict(_base_.segmenter, head=dict(_base_.segmenter.head, clustering=[_base_.pedestrian_rule]))
pairs = dict(
    type='PointTrack',
    data_preprocessor=dict(type='TrackDataPreprocessor', mean=[0, 0, 0], std=[255, 255, 255], bgr_to_rgb=True),
    networks=[
        dict(segmenter=_base_.segmenter, embedding=_base_.embedding),
        dict(segmenter=_pedestrians, embedding=_base_.embedding),
    ])
