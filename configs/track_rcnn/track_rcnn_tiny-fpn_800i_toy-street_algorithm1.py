# Table 5 of the paper on the toy street, "Mask IoU + Asso. head": Algorithm 1, remembering 100 tracks of 50 vectors each.
# For weights that track_rcnn_tiny-fpn_800i_toy-street.py trained; tools/tune_tracker.py finds the thresholds that suit them.
_base_ = ['./track_rcnn_tiny-fpn_800i_toy-street.py']

_by_mask = dict(
    type='Stage', cues=[dict(type='MaskIoUCue')], max_cost=0.9, states=('tentative', 'confirmed'), min_score=0.7)
_by_looks = dict(type='Stage', cues=[dict(type='GalleryCue')], max_cost=1.0, solver='greedy')
_one_class = dict(
    type='StagedTracker',
    stages=[_by_mask, _by_looks],
    lifecycle=dict(type='Lifecycle', birth_score=0.7, min_mask_area=11, keep_alive=None, max_lost=100),
    gallery=dict(type='EmbeddingGallery', max_per_track=50))
model = dict(tracker=dict(trackers=[_one_class, _one_class]))  # car, pedestrian

_space = dict(
    parameters=dict(confidence=(0.4, 0.95), iou=(0.0, 0.2), distance=(0.2, 3.0)),
    settings={
        'stages.0.min_score': 'confidence',
        'lifecycle.birth_score': 'confidence',
        'stages.0.max_cost': '1 - iou',
        'stages.1.max_cost': 'distance',
    })
tracker_search_space = [_space, _space]
