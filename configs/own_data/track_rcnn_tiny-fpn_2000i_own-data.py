# TrackR-CNN, small, for data of your own: a template. tools/configure.py copies it with the five values below taken from
# the data; docs/your_own_data.md has the whole way.
_base_ = [
    '../_base_/models/mask_rcnn_tiny_fpn.py', '../_base_/datasets/mots_videos.py',
    '../_base_/trackers/appearance_and_overlap.py', '../_base_/schedules/adamw_tiny.py', '../_base_/default_runtime.py'
]

annotation_root, image_root = 'data/own/', 'data/own/'  # train.json and val.json; what their file names are relative to
classes = ('car', 'pedestrian')
class_ids = (1, 2)  # numbers of the classes in text files and id PNGs, as train.json has them
image_scale = (512, 288)  # frames are made to fit into it: width, height
anchor_scale = 3.5  # times 8, 16 and 32: sides of the anchors, pixels

_base_.detector.rpn_head.anchor_generator.scales = [anchor_scale]
_base_.detector.roi_head.bbox_head.num_classes = _base_.detector.roi_head.mask_head.num_classes = len(classes)
_base_.tracker.trackers = [_base_.tracker.trackers[0]] * len(classes)
_base_.tracker_search_space = [_base_.tracker_search_space[0]] * len(classes)
model = dict(
    type='TrackRCNN', data_preprocessor=_base_.data_preprocessor, detector=_base_.detector,
    temporal=_base_.temporal, tracker=_base_.tracker)

_resize = dict(type='Resize', scale=image_scale, keep_ratio=True)
_base_.train_pipeline[1].transforms[2] = _base_.test_pipeline_with_flow[1].transforms[1] = _resize
_base_.train_pipeline[0].clip_length = 2
_dataset = dict(metainfo=dict(classes=classes, class_ids=class_ids), data_prefix=dict(img_path=image_root))
train_dataloader = dict(
    batch_size=2, sampler=dict(clip_length=2),
    dataset=dict(ann_file=annotation_root + 'train.json', pipeline=_base_.train_pipeline, **_dataset))
test_dataloader = dict(
    dataset=dict(ann_file=annotation_root + 'val.json', pipeline=_base_.test_pipeline_with_flow, **_dataset))
test_evaluator = dict(ann_file=annotation_root + 'val.json')

train_cfg = dict(max_iters=2000, val_interval=2000)
_base_.param_scheduler[1].end = 2000
val_cfg = val_dataloader = val_evaluator = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
