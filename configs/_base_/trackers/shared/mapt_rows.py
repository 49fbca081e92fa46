# The trackers of MAPT's tables IV to VI, for one class each; a leaf takes its own for both classes.
_lifecycle = dict(type='Lifecycle', birth_score=0.5, keep_alive=10)

motion_tracker = dict(
    type='StagedTracker',
    stages=[dict(type='Stage', cues=[dict(type='CarriedMaskCue')], max_cost=0.7)],
    lifecycle=_lifecycle)
appearance_tracker = dict(
    type='StagedTracker',
    stages=[dict(type='Stage', cues=[dict(type='EmbeddingCue', metric='cosine')], max_cost=0.5)],
    lifecycle=_lifecycle)
iou_tracker = dict(
    type='StagedTracker',
    stages=[dict(type='Stage', cues=[dict(type='MaskIoUCue', by_flow=False, of_lost_tracks=False)], max_cost=0.7)],
    lifecycle=_lifecycle)
flow_tracker = dict(
    type='StagedTracker',
    stages=[dict(type='Stage', cues=[dict(type='MaskIoUCue', of_lost_tracks=False)], max_cost=0.7)],
    lifecycle=_lifecycle)
