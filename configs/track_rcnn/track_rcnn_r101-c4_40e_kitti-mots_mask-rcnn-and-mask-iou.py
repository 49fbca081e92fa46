# Table 2 of the paper, "Mask R-CNN + maskprop": single frames, no association loss, linked by masks and flow.
_base_ = './track_rcnn_r101-c4_40e_kitti-mots_mask-iou.py'

model = dict(
    temporal=None,
    detector=dict(
        roi_head=dict(association_head=dict(loss=dict(loss_weight=0.0)))))
