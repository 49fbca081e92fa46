"""Table 5 of the MOTS paper, "Bbox IoU": boxes shifted by the median flow inside them, adjacent frames only.

The overlap is the one of the official code, which divides by the box around both (BoxIoUCue has the common definition).
"""

_base_ = './shared/adjacent_frames.py'

_stage = dict(
    type='Stage',
    cues=[dict(type='BoxHullIoUCue', by_flow=True)],
    max_cost=1 - 0.1,  # overlap above 0.1
    states=('tentative', 'confirmed'),  # seen in the previous frame
)

_base_.tracker.trackers[0].stages = _base_.tracker.trackers[1].stages = [_stage]
tracker = _base_.tracker

_settings = {
    'lifecycle.min_score': 'confidence',
    'lifecycle.birth_score': 'confidence',
    'stages.0.max_cost': '1 - iou',
}
_ranges = dict(iou=(0.0, 0.2))
tracker_search_space = _base_.tracker_search_space
tracker_search_space[0].update(settings=_settings)
tracker_search_space[1].update(settings=_settings)
tracker_search_space[0].parameters.update(_ranges)
tracker_search_space[1].parameters.update(_ranges)
