# TrackR-CNN for two CPU cores, on real frames: DAVIS videos in KITTI MOTS layout, ignore regions honoured.
_base_ = [
    '../_base_/models/mask_rcnn_tiny_fpn.py', '../_base_/datasets/davis_mots.py',
    '../_base_/trackers/appearance_and_overlap.py', '../_base_/schedules/adamw_tiny.py', '../_base_/default_runtime.py'
]

# One object often fills half of the picture: anchors from 64 to 256 pixels, large masks from coarser features.
_base_.detector.rpn_head.anchor_generator.scales = [8]
_base_.detector.rpn_head.anchor_generator.ratios = [0.5, 1.0, 2.0]
_base_.detector.roi_head.mask_roi_extractor.finest_scale = 56
# Few objects, fast ones: whatever is left over from the frame before is the best match, however unlike.
_base_.tracker.trackers[0].stages[0].max_cost = 3.0
_base_.tracker.trackers[1].stages[0].max_cost = 3.0
model = dict(
    type='TrackRCNN',
    data_preprocessor=_base_.data_preprocessor,
    detector=_base_.detector,
    temporal=_base_.temporal,
    tracker=_base_.tracker)

# Two pairs of neighbours a process, and two processes: batch statistics come from many scenes, not from one.
_base_.train_pipeline[0].clip_length = 2
train_dataloader = dict(
    batch_size=2, sampler=dict(clip_length=2), dataset=dict(pipeline=_base_.train_pipeline))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline_with_flow))

train_cfg = dict(max_iters=2000, val_interval=2000)
_base_.param_scheduler[1].end = 2000
param_scheduler = _base_.param_scheduler
# Scored once, at the end, by tools/test.py; a killed run loses at most 100 iterations.
val_cfg = val_dataloader = val_evaluator = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
