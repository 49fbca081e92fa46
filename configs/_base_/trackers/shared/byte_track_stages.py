# ByteTrack's stages for one class; ../byte_track.py says where they are from.
_confident = 0.6

byte_tracker = dict(
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
