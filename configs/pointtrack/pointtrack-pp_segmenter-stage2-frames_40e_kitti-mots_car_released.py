# As pointtrack-pp_segmenter-stage2-frames_50e_kitti-mots_car.py, with what the released code does otherwise.
# For its weights too: tools/model_converters/pointtrack.py.
_base_ = './pointtrack-pp_segmenter-stage2-frames_50e_kitti-mots_car.py'
model = dict(
    head=dict(
        with_seeds=True,
        semantic_loss=dict(hardest=0.5, loss_weight=5.0),
        foreground_weight=200,
        ignore_as_background=True,
        semantic_score='softmax',
        clustering=[dict(**_base_.car_rule, min_survivor=0.95, max_instances=199)]))
train_cfg = dict(max_epochs=40)
optim_wrapper = dict(optimizer=dict(lr=5e-6))
param_scheduler = dict(end=40)
load_from = 'work_dirs/pointtrack-pp_segmenter-stage1-windows_60e_kitti-mots-kins_car_released/epoch_60.pth'
