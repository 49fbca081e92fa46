# For small networks: association distance and flow-warped mask overlap added up in one stage, lost tracks kept for
# eight frames. Only what the network is sure of starts a track.
_stage = dict(
    type='Stage',
    cues=[dict(type='EmbeddingCue'), dict(type='MaskIoUCue')],
    weights=[0.3, 1.0],
    max_cost=1.5)

tracker = dict(
    type='PerClassTracker',
    overlap='score',
    trackers=[
        dict(  # car
            type='StagedTracker',
            stages=[_stage],
            lifecycle=dict(type='Lifecycle', birth_score=0.85, min_score=0.6, min_mask_area=11, keep_alive=8)),
        dict(  # pedestrian
            type='StagedTracker',
            stages=[_stage],
            lifecycle=dict(type='Lifecycle', birth_score=0.85, min_score=0.6, min_mask_area=11, keep_alive=8)),
    ])

_settings = {
    'lifecycle.min_score': 'least_confidence',
    'lifecycle.birth_score': 'confidence',
    'lifecycle.keep_alive': 'keep_alive',
    'stages.0.weights.0': 'looks',
    'stages.0.max_cost': 'limit',
}
_ranges = dict(
    least_confidence=(0.2, 0.7), confidence=(0.5, 0.95), keep_alive=(0, 12), looks=(0.05, 1.0), limit=(0.6, 3.0))
tracker_search_space = [  # car, pedestrian
    dict(parameters=_ranges, settings=_settings),
    dict(parameters=_ranges, settings=_settings),
]
