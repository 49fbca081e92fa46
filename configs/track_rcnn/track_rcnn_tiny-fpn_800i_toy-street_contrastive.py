# Table 7 of the paper on the toy street, "Contrastive", tracked by association vectors alone.
_base_ = './track_rcnn_tiny-fpn_800i_toy-street_association-head.py'

model = dict(
    detector=dict(
        roi_head=dict(association_head=dict(loss=dict(type='ContrastiveLoss')))))
