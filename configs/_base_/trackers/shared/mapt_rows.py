# The trackers of MAPT's tables IV to VI, for one class each; a leaf takes its own for both classes.
_base_ = './byte_track_stages.py'

_lifecycle = dict(type='Lifecycle', birth_score=0.0, keep_alive=5)

motion_tracker = dict(
    type='StagedTracker',
    stages=[dict(type='Stage', cues=[dict(type='CarriedMaskCue')], max_cost=0.8)],
    lifecycle=_lifecycle)
appearance_tracker = dict(
    type='StagedTracker',
    stages=[dict(type='Stage', cues=[dict(type='EmbeddingCue', metric='cosine')], max_cost=0.3)],
    lifecycle=_lifecycle)
iou_tracker = dict(
    type='StagedTracker',
    stages=[dict(type='Stage', cues=[dict(type='MaskIoUCue', by_flow=False, of_lost_tracks=False)], max_cost=0.7)],
    lifecycle=_lifecycle)
flow_tracker = dict(
    type='StagedTracker',
    stages=[dict(type='Stage', cues=[dict(type='MaskIoUCue', of_lost_tracks=False)], max_cost=0.7)],
    lifecycle=_lifecycle)
# OC-SORT (Cao et al., CVPR 2023) with its own thresholds. The gate is on overlap and direction together, not on overlap
# alone, as they are one cost here.
oc_sort_tracker = dict(
    type='StagedTracker',
    stages=[
        dict(
            type='Stage',
            cues=[dict(type='BoxIoUCue'), dict(type='DirectionCue')],
            weights=[1.0, 0.2],
            max_cost=0.7),
        dict(type='Stage', cues=[dict(type='LastSeenBoxIoUCue')], max_cost=0.7),
    ],
    lifecycle=dict(type='Lifecycle', birth_score=0.6, keep_alive=30, confirm_hits=3),
    motion=dict(type='ObservationCentricFilter'))
