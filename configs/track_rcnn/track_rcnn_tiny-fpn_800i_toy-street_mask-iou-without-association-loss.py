# Table 5 of the paper on the toy street, "Mask IoU (train w/o assoc.)": trained with an association loss of weight 0.
_base_ = './track_rcnn_tiny-fpn_800i_toy-street_mask-iou.py'

model = dict(
    detector=dict(
        roi_head=dict(association_head=dict(loss=dict(loss_weight=0.0)))))
