# Table 5 of the paper on the toy street, "Mask IoU": masks carried along by optical flow, adjacent frames only.
# For weights that track_rcnn_tiny-fpn_800i_toy-street.py trained; tools/tune_tracker.py finds the thresholds that suit them.
_base_ = ['./track_rcnn_tiny-fpn_800i_toy-street.py']

_stage = dict(
    type='Stage',
    cues=[dict(type='MaskIoUCue')],
    max_cost=0.9,
    states=('tentative', 'confirmed'))
_one_class = dict(
    type='StagedTracker',
    stages=[_stage],
    lifecycle=dict(type='Lifecycle', birth_score=0.7, min_score=0.7, min_mask_area=11))
model = dict(tracker=dict(trackers=[_one_class, _one_class]))  # car, pedestrian

_space = dict(
    parameters=dict(confidence=(0.4, 0.95), iou=(0.0, 0.2)),
    settings={
        'lifecycle.min_score': 'confidence',
        'lifecycle.birth_score': 'confidence',
        'stages.0.max_cost': '1 - iou',
    })
tracker_search_space = [_space, _space]
