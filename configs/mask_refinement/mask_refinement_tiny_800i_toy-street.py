# The refinement network for two CPU cores, on single objects of the rendered street.
_base_ = [
    '../_base_/models/mask_refinement_tiny.py', '../_base_/datasets/object_crops_toy_street.py',
    '../_base_/schedules/adamw_tiny.py', '../_base_/default_runtime.py'
]

# Scored by tools/analysis/mask_refinement_iou.py, which works as annotation does: from boxes and given masks.
val_cfg = test_cfg = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=100))
log_processor = dict(by_epoch=False)
