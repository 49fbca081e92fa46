# The refinement network of the MOTS paper's annotation. The paper pretrains it on COCO and Mapillary; here any
# instance masks in COCO-video form will do: override data_root, ann_file and data_prefix.img_path of the dataset.
_base_ = [
    '../_base_/models/mask_refinement_r101.py', '../_base_/datasets/object_crops_kitti_mots.py',
    '../_base_/default_runtime.py'
]

train_cfg = dict(type='IterBasedTrainLoop', max_iters=20000, val_interval=20000)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=1e-4))
param_scheduler = [dict(type='PolyLR', power=0.9, eta_min=1e-6, begin=0, end=20000, by_epoch=False)]

# Scored by tools/analysis/mask_refinement_iou.py, which works as annotation does: from boxes and given masks.
val_cfg = test_cfg = None
default_hooks = dict(checkpoint=dict(by_epoch=False, interval=1000))
log_processor = dict(by_epoch=False)
