"""Mask overlap and association vectors in one weighted sum, adjacent frames only (``mask_reid`` of the official code).

A pair scores ``share * IoU + (1 - share) * scale * (offset - distance)`` and must exceed a threshold. The paper's
combination of both, row 1 of table 5, is ``track_rcnn_algorithm1.py``.
"""

_base_ = './shared/adjacent_frames.py'

_stage = dict(
    type='Stage',
    cues=[dict(type='MaskIoUCue'), dict(type='EmbeddingCue', metric='euclidean')],
    weights=[0.5, 0.5 * 1.2],
    max_cost=0.5 + 0.5 * 1.2 * 7.5 - 0.5,
    states=('tentative', 'confirmed'),  # seen in the previous frame
)

_base_.tracker.trackers[0].stages = _base_.tracker.trackers[1].stages = [_stage]
tracker = _base_.tracker

_settings = {
    'lifecycle.min_score': 'confidence',
    'lifecycle.birth_score': 'confidence',
    'stages.0.weights.0': 'share',
    'stages.0.weights.1': '(1 - share) * scale',
    'stages.0.max_cost': 'share + (1 - share) * scale * offset - threshold',
}
_ranges = dict(threshold=(0.0, 0.99), share=(0.01, 0.99), offset=(5.0, 10.0), scale=(0.7, 1.7))
tracker_search_space = _base_.tracker_search_space
tracker_search_space[0].update(settings=_settings)
tracker_search_space[1].update(settings=_settings)
tracker_search_space[0].parameters.update(_ranges)
tracker_search_space[1].parameters.update(_ranges)
