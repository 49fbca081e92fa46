"""What the trackers of table 5 of the MOTS paper share: one stage, to be filled in, between adjacent frames only.

The paper prints no thresholds: confidences are those of the released tracker, the rest is the middle of the official
search ranges, which tools/tune_tracker.py searches (``tracker_search_space``).
"""

tracker = dict(
    type='PerClassTracker',
    overlap='score',
    trackers=[
        dict(  # car
            type='StagedTracker',
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

tracker_search_space = [
    dict(parameters=dict(confidence=(0.5, 0.85))),  # car
    dict(parameters=dict(confidence=(0.8, 0.99))),  # pedestrian
]
