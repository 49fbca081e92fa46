"""Table 5 of the MOTS paper, "Association head": association vectors alone, adjacent frames only.

A pair scores ``scale * (offset - distance)`` and must exceed a threshold.
"""

_base_ = './shared/adjacent_frames.py'

_stage = dict(
    type='Stage',
    cues=[dict(type='EmbeddingCue', metric='euclidean')],
    max_cost=7.5 - 0.5 / 1.2,
    states=('tentative', 'confirmed'),  # seen in the previous frame
)

_base_.tracker.trackers[0].stages = _base_.tracker.trackers[1].stages = [_stage]
tracker = _base_.tracker

_settings = {
    'lifecycle.min_score': 'confidence',
    'lifecycle.birth_score': 'confidence',
    'stages.0.max_cost': 'offset - threshold / scale',
}
_ranges = dict(threshold=(0.0, 0.99), offset=(5.0, 10.0), scale=(0.7, 1.7))
tracker_search_space = _base_.tracker_search_space
tracker_search_space[0].update(settings=_settings)
tracker_search_space[1].update(settings=_settings)
tracker_search_space[0].parameters.update(_ranges)
tracker_search_space[1].parameters.update(_ranges)
