"""Mask overlap and association vectors in one weighted sum, adjacent frames only (``mask_reid`` of the official code).

A pair scores ``share * IoU + (1 - share) * scale * (offset - distance)`` and must exceed a threshold. The paper's
combination of both, row 1 of table 5, is ``track_rcnn_algorithm1.py``.

The paper prints no thresholds: confidences are those of the released tracker, the rest is the middle of the official
search ranges, which tools/tune_tracker.py searches (``tracker_search_space``).
"""

_stage = dict(
    type='Stage',
    cues=[dict(type='MaskIoUCue'), dict(type='EmbeddingCue', metric='euclidean')],
    weights=[0.5, 0.5 * 1.2],
    max_cost=0.5 + 0.5 * 1.2 * 7.5 - 0.5,
    states=('tentative', 'confirmed'),  # seen in the previous frame
)

tracker = dict(
    type='PerClassTracker',
    overlap='score',
    trackers=[
        dict(  # car
            type='StagedTracker',
            stages=[_stage],
            lifecycle=dict(
                type='Lifecycle',
                min_score=0.8469800990815324,
                birth_score=0.8469800990815324,
                min_mask_area=11,
                keep_alive=0,
            ),
        ),
        dict(  # pedestrian
            type='StagedTracker',
            stages=[_stage],
            lifecycle=dict(
                type='Lifecycle',
                min_score=0.9368820089063415,
                birth_score=0.9368820089063415,
                min_mask_area=11,
                keep_alive=0,
            ),
        ),
    ],
)

_settings = {
    'lifecycle.min_score': 'confidence',
    'lifecycle.birth_score': 'confidence',
    'stages.0.weights.0': 'share',
    'stages.0.weights.1': '(1 - share) * scale',
    'stages.0.max_cost': 'share + (1 - share) * scale * offset - threshold',
}
_ranges = dict(threshold=(0.0, 0.99), share=(0.01, 0.99), offset=(5.0, 10.0), scale=(0.7, 1.7))
tracker_search_space = [
    dict(parameters=dict(confidence=(0.5, 0.85), **_ranges), settings=_settings),  # car
    dict(parameters=dict(confidence=(0.8, 0.99), **_ranges), settings=_settings),  # pedestrian
]
