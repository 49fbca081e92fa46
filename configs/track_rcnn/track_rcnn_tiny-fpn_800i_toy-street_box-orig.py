# Table 2 of the paper on the toy street, "TrackR-CNN (box orig)": no mask head, trained and tracked on KITTI's boxes of whole objects.
# Annotations: python data_converters/kitti_boxes.py DATA/annotations/train.json DATA/training/label_02 DATA/annotations/boxes_train.json
# and the same for val; tools/boxes_to_masks.py --format tracks then makes masks of the tracks ("+ MG").
_base_ = './track_rcnn_tiny-fpn_800i_toy-street_algorithm1.py'

model = dict(detector=dict(roi_head=dict(mask_head=None, mask_roi_extractor=None)))
_trackers = _base_.model.tracker.trackers
_trackers[0].stages[0].cues = _trackers[1].stages[0].cues = [dict(type='BoxHullIoUCue', by_flow=True)]
model.update(tracker=dict(trackers=_trackers))

_base_.train_pipeline[1].transforms[1].with_mask = False
_base_.train_pipeline[1].transforms.pop()  # FitBoxesToMasks
train_dataloader = dict(
    dataset=dict(ann_file='annotations/boxes_train.json', with_masks=False, pipeline=_base_.train_pipeline))
test_dataloader = dict(dataset=dict(ann_file='annotations/boxes_val.json', with_masks=False))
test_evaluator = dict(
    _delete_=True, type='BoxTrackMetric', ann_file=_base_.data_root + 'annotations/boxes_val.json')
