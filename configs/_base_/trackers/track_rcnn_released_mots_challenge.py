"""Tracker of the released TrackR-CNN on MOTSChallenge (model conv3d_sep2_on_all_mots): see ``track_rcnn_released.py``.

Cars, which MOTSChallenge does not score, keep the constants of KITTI MOTS: the detection head knows both classes.
"""

tracker = dict(
    type='PerClassTracker',
    overlap='score',
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
                min_mask_area=11,
                keep_alive=4,
            ),
        ),
        dict(  # pedestrian
            type='StagedTracker',
            stages=[
                dict(
                    type='Stage',
                    cues=[dict(type='EmbeddingCue', metric='euclidean')],
                    max_cost=9.176847347961733 - 0.9273090046064475 / 1.1158137190659225,  # 8.346
                ),
            ],
            lifecycle=dict(
                type='Lifecycle',
                min_score=0.9721797956902924,
                birth_score=0.9721797956902924,
                min_mask_area=11,
                keep_alive=9,
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
