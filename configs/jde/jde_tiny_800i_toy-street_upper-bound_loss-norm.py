# Table 2 of the paper: upper bound of the triplet loss, Loss.Norm, which the paper leaves out.
_base_ = './jde_tiny_800i_toy-street.py'

model = dict(
    detector=dict(
        bbox_head=dict(
            identity_counts=None,
            loss_identity=dict(type='IdentityTripletUpperBoundLoss'),
            weighting=dict(_delete_=True, type='MagnitudeTaskWeighting'))))
train_dataloader = dict(sampler=dict(_delete_=True, type='FramePairSampler'))
