"""Table 5 of the MOTS paper, "Bbox Center": the nearest centre of a box, adjacent frames only.

A pair scores ``scale * (offset - distance in pixels)`` and must exceed a threshold.
"""

_base_ = './shared/adjacent_frames.py'

_stage = dict(
    type='Stage',
    cues=[dict(type='BoxCentreCue')],
    max_cost=55 - 0.5 / 0.055,  # pixels
    states=('tentative', 'confirmed'),  # seen in the previous frame
)

_base_.tracker.trackers[0].stages = _base_.tracker.trackers[1].stages = [_stage]
tracker = _base_.tracker

_settings = {
    'lifecycle.min_score': 'confidence',
    'lifecycle.birth_score': 'confidence',
    'stages.0.max_cost': 'offset - threshold / scale',
}
_ranges = dict(threshold=(0.0, 0.99), offset=(30.0, 80.0), scale=(0.01, 0.1))
tracker_search_space = _base_.tracker_search_space
tracker_search_space[0].update(settings=_settings)
tracker_search_space[1].update(settings=_settings)
tracker_search_space[0].parameters.update(_ranges)
tracker_search_space[1].parameters.update(_ranges)
