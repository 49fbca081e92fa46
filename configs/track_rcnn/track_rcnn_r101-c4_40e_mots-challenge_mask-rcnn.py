# Table 6 of the paper, "+ MG": single frames and no association loss, for tools/boxes_to_masks.py --method mask_head.
_base_ = './track_rcnn_r101-c4_40e_mots-challenge.py'

model = dict(
    temporal=None,
    detector=dict(
        roi_head=dict(association_head=dict(loss=dict(loss_weight=0.0)))))
