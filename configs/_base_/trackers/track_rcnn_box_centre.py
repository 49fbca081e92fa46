"""Table 5 of the MOTS paper, "Bbox Center": the nearest centre of a box, adjacent frames only.

A pair scores ``scale * (offset - distance in pixels)`` and must exceed a threshold.

The paper prints no thresholds: confidences are those of the released tracker, the rest is the middle of the official
search ranges, which tools/tune_tracker.py searches (``tracker_search_space``).
"""

_stage = dict(
    type='Stage',
    cues=[dict(type='BoxCentreCue')],
    max_cost=55 - 0.5 / 0.055,  # pixels
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
    'stages.0.max_cost': 'offset - threshold / scale',
}
_ranges = dict(threshold=(0.0, 0.99), offset=(30.0, 80.0), scale=(0.01, 0.1))
tracker_search_space = [
    dict(parameters=dict(confidence=(0.5, 0.85), **_ranges), settings=_settings),  # car
    dict(parameters=dict(confidence=(0.8, 0.99), **_ranges), settings=_settings),  # pedestrian
]
