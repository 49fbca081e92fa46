# Table 2 of the paper on the toy street, "Mask R-CNN + maskprop": single frames, no association loss, linked by masks and flow.
_base_ = './track_rcnn_tiny-fpn_800i_toy-street_mask-iou.py'

model = dict(
    temporal=None,
    detector=dict(
        roi_head=dict(association_head=dict(loss=dict(loss_weight=0.0)))))
