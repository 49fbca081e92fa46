# As pointtrack-pp_segmenter-stage2-frames_50e_kitti-mots_pedestrian.py, with what the released code does otherwise.
# For its weights too: tools/model_converters/pointtrack.py.
_base_ = './pointtrack-pp_segmenter-stage2-frames_50e_kitti-mots_pedestrian.py'
model = dict(
    head=dict(
        with_seeds=True,
        semantic_loss=dict(hardest=0.5, loss_weight=5.0),
        foreground_weight=200,
        ignore_as_background=True,
        semantic_score='softmax',
        clustering=[dict(**_base_.pedestrian_rule, min_survivor=0.8, max_instances=199)]))
train_cfg = dict(max_epochs=30)
optim_wrapper = dict(optimizer=dict(lr=2e-6))
param_scheduler = dict(end=30)
load_from = 'work_dirs/pointtrack-pp_segmenter-stage1-windows_60e_kitti-mots-kins_pedestrian_released/epoch_60.pth'
