# Table 7 of the paper on the toy street, "Batch All Triplet", tracked by association vectors alone.
# Equation 7 as printed has no meaning; what the released code computes is the mean over all triplets.
_base_ = './track_rcnn_tiny-fpn_800i_toy-street_association-head.py'

model = dict(
    detector=dict(
        roi_head=dict(association_head=dict(loss=dict(type='BatchAllTripletLoss', normalisation='released')))))
