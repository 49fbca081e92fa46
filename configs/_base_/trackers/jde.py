"""JDE's association: looks gated by motion, then overlap, then overlap for tracks seen once.

The constants are those of the official implementation (tracker/multitracker.py, matching.py); the paper tells of the
first stage only. A track is reported from its second frame on. The official code drops a lost track one frame late,
in which it may still be found; here it is gone in time. Nothing else differs.
"""

_overlap = dict(type='BoxIoUCue', last_pixel=True)

_one_class = dict(
    type='StagedTracker',
    stages=[
        dict(
            type='Stage',
            cues=[dict(type='EmbeddingCue', metric='unit_euclidean'), dict(type='MahalanobisCue')],
            weights=[0.98, 0.02],
            max_cost=0.7,
            solver='saving',
            states=('confirmed', 'lost'),
        ),
        dict(type='Stage', cues=[_overlap], max_cost=0.5, solver='saving', states=('confirmed',)),
        dict(type='Stage', cues=[_overlap], max_cost=0.7, solver='saving', states=('tentative',)),
    ],
    lifecycle=dict(type='Lifecycle', min_score=0.5, birth_score=0.5, keep_alive_seconds=1.0, confirm_hits=2),
    motion=dict(type='BoxKalmanFilter'),
    moving_states=('confirmed', 'lost'),
    embedding_momentum=0.9,
    duplicates=dict(type='DuplicateRule', cue=_overlap, max_cost=0.15),
)

tracker = dict(type='PerClassTracker', overlap=None, trackers=[_one_class, _one_class])  # of label 0, of label 1

_settings = {
    'lifecycle.min_score': 'least_confidence',
    'lifecycle.birth_score': 'confidence',
    'lifecycle.keep_alive_seconds': 'seconds',
    'stages.0.max_cost': 'looks',
    'stages.1.max_cost': 'overlap',
}
_ranges = dict(
    least_confidence=(0.2, 0.6), confidence=(0.4, 0.9), seconds=(0.1, 2.0), looks=(0.4, 1.4), overlap=(0.3, 0.9))
tracker_search_space = [  # of label 0, of label 1; the official thresholds are fixed, these are around them
    dict(parameters=_ranges, settings=_settings),
    dict(parameters=_ranges, settings=_settings),
]
