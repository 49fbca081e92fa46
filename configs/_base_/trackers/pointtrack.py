"""Tracker of PointTrack: distance of embeddings and overlap of masks where they are, in one weighted sum.

A pair scores ``scale * (offset - distance) + overlap_scale * IoU`` and must exceed a threshold. As a cost, lower is
better: ``scale * distance + overlap_scale * (1 - IoU)`` must stay below ``scale * offset + overlap_scale - threshold``.
The constants are the published ones: those of the released TrackR-CNN, and the scales of the overlap.

Published is "30 frames alive": a track is compared in the 30 frames after it was last seen, so that it may be missed in
29 in a row. No score keeps a mask from starting a track: the segmenter has dropped what it does not believe in.
"""

_car = dict(
    type='StagedTracker',
    stages=[
        dict(
            type='Stage',
            cues=[dict(type='EmbeddingCue', metric='euclidean'), dict(type='MaskIoUCue', by_flow=False)],
            weights=[1.0090931467228708, 0.74],
            max_cost=1.0090931467228708 * 8.810218833503743 + 0.74 - 0.8165986526897969,
        ),
    ],
    lifecycle=dict(type='Lifecycle', birth_score=0.0, keep_alive=29))

_pedestrian = dict(
    type='StagedTracker',
    stages=[
        dict(
            type='Stage',
            cues=[dict(type='EmbeddingCue', metric='euclidean'), dict(type='MaskIoUCue', by_flow=False)],
            weights=[1.3437965549876354, 0.54],
            max_cost=1.3437965549876354 * 9.447084376750222 + 0.54 - 0.47985540892434836,
        ),
    ],
    lifecycle=dict(type='Lifecycle', birth_score=0.0, keep_alive=29))

tracker = dict(type='PerClassTracker', overlap='score', trackers=[_car, _pedestrian])

_settings = {
    'lifecycle.birth_score': 'confidence',
    'lifecycle.keep_alive': 'keep_alive',
    'stages.0.weights.0': 'scale',
    'stages.0.weights.1': 'overlap_scale',
    'stages.0.max_cost': 'scale * offset + overlap_scale - threshold',
}
_ranges = dict(
    confidence=(0.0, 0.9), keep_alive=(4, 50), threshold=(0.0, 8.0), offset=(5.0, 10.0), scale=(0.7, 1.7),
    overlap_scale=(0.01, 3.0))
tracker_search_space = [  # car, pedestrian
    dict(parameters=_ranges, settings=_settings),
    dict(parameters=_ranges, settings=_settings),
]
