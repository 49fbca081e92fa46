# As pointtrack-pp_segmenter-stage1-windows_60e_kitti-mots-kins_pedestrian.py, but for what the released code does:
# seeds beside the semantic decoder, the hardest half of the focal loss, ignore regions as background.
_base_ = './pointtrack-pp_segmenter-stage1-windows_60e_kitti-mots-kins_pedestrian.py'
model = dict(
    head=dict(
        with_seeds=True,
        semantic_loss=dict(hardest=0.5, loss_weight=0.5),
        foreground_weight=20,
        ignore_as_background=True,
        semantic_score='softmax',
        clustering=[dict(**_base_.pedestrian_rule, min_survivor=0.8, max_instances=199)]))
