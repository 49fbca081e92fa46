"""ByteTrack's association (ECCV 2022) in stages: Kalman motion and box overlap, confident boxes first, then weak ones.

For detectors without masks or embeddings, and to compare with: nothing but the boxes and their scores is used.
Thresholds are those of the official implementation; the score of a detection does not enter the overlap here.
"""

_confident = 0.6

_one_class = dict(
    type='StagedTracker',
    stages=[
        dict(
            type='Stage',
            cues=[dict(type='BoxIoUCue')],
            max_cost=0.9,
            states=('confirmed', 'lost'),
            min_score=_confident,
        ),
        dict(  # what was seen in the previous frame may go on weakly
            type='Stage',
            cues=[dict(type='BoxIoUCue')],
            max_cost=0.5,
            states=('confirmed',),
            max_score=_confident,
        ),
        dict(
            type='Stage',
            cues=[dict(type='BoxIoUCue')],
            max_cost=0.7,
            states=('tentative',),
            min_score=_confident,
        ),
    ],
    lifecycle=dict(type='Lifecycle', birth_score=0.7, min_score=0.1, keep_alive=30, confirm_hits=2),
    motion=dict(type='BoxKalmanFilter'),
)

tracker = dict(type='PerClassTracker', overlap='score', trackers=[_one_class, _one_class])  # car, pedestrian
