"""Tracker of the released TrackR-CNN (model conv3d_sep2 on KITTI MOTS): association vectors alone, with a keep-alive window.

The constants are those of the published tracker configuration, tuned per class on the training set. There a pair scores
``scale * (offset - distance)`` and must exceed a threshold; said as a distance, the limit is ``offset - threshold / scale``.
"""

tracker = dict(
    type='PerClassTracker',
    overlap='score',  # the paper says 'bottom', the released configuration has 'score'
    trackers=[
        dict(  # car
            type='StagedTracker',
            stages=[
                dict(
                    type='Stage',
                    cues=[dict(type='EmbeddingCue', metric='euclidean')],
                    max_cost=8.810218833503743 - 0.8165986526897969 / 1.0090931467228708,  # 8.001
                ),
            ],
            lifecycle=dict(
                type='Lifecycle',
                min_score=0.8469800990815324,
                birth_score=0.8469800990815324,
                min_mask_area=11,  # "more than 10 pixels"
                keep_alive=4,
            ),
        ),
        dict(  # pedestrian
            type='StagedTracker',
            stages=[
                dict(
                    type='Stage',
                    cues=[dict(type='EmbeddingCue', metric='euclidean')],
                    max_cost=9.447084376750222 - 0.47985540892434836 / 1.3437965549876354,  # 9.090
                ),
            ],
            lifecycle=dict(
                type='Lifecycle',
                min_score=0.9368820089063415,
                birth_score=0.9368820089063415,
                min_mask_area=11,
                keep_alive=6,
            ),
        ),
    ],
)

_settings = {
    'lifecycle.min_score': 'confidence',
    'lifecycle.birth_score': 'confidence',
    'lifecycle.keep_alive': 'keep_alive',
    'stages.0.max_cost': 'offset - threshold / scale',
}
_ranges = dict(threshold=(0.0, 0.99), offset=(5.0, 10.0), scale=(0.7, 1.7))
tracker_search_space = [  # two whole numbers: whole numbers are drawn, both ends included
    dict(parameters=dict(confidence=(0.5, 0.85), keep_alive=(0, 4), **_ranges), settings=_settings),  # car
    dict(parameters=dict(confidence=(0.8, 0.99), keep_alive=(6, 10), **_ranges), settings=_settings),  # pedestrian
]
