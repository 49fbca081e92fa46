# Table 2 of the paper: triplet loss, Uncertainty, which the paper leaves out.
_base_ = './jde_darknet53_30e_joint.py'

model = dict(
    detector=dict(
        bbox_head=dict(
            identity_counts=None,
            loss_identity=dict(type='IdentityTripletLoss'))))
train_dataloader = dict(sampler=dict(_delete_=True, type='FramePairSampler'))
