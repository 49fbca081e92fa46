# Table 7 of the paper, "Contrastive", tracked by association vectors alone.
_base_ = './track_rcnn_r101-c4_40e_kitti-mots_association-head.py'

model = dict(
    detector=dict(
        roi_head=dict(association_head=dict(loss=dict(type='ContrastiveLoss')))))
