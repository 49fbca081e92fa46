# For small networks on short clips: association distance and mask overlap added up, as PointTrack does, with lost tracks
# kept for a second. Lost tracks come back by appearance.
_tracker = dict(
    type='StagedTracker',
    stages=[
        dict(
            type='Stage',
            cues=[dict(type='EmbeddingCue'), dict(type='MaskIoUCue')],
            weights=[1.0, 1.0],
            max_cost=1.5),
    ],
    lifecycle=dict(type='Lifecycle', birth_score=0.6, min_score=0.4, min_mask_area=11, keep_alive=8))

tracker = dict(type='PerClassTracker', trackers=[_tracker, _tracker], overlap='score')
