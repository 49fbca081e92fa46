"""Table 5 of the MOTS paper, "Mask IoU": masks carried along by optical flow, adjacent frames only.

The paper prints no thresholds: confidences are those of the released tracker, the rest is the middle of the official
search ranges, which tools/tune_tracker.py searches (``tracker_search_space``).
"""

_stage = dict(
    type='Stage',
    cues=[dict(type='MaskIoUCue')],
    max_cost=1 - 0.1,  # IoU above 0.1
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
    'stages.0.max_cost': '1 - iou',
}
_ranges = dict(iou=(0.0, 0.2))
tracker_search_space = [
    dict(parameters=dict(confidence=(0.5, 0.85), **_ranges), settings=_settings),  # car
    dict(parameters=dict(confidence=(0.8, 0.99), **_ranges), settings=_settings),  # pedestrian
]
