# Instead of classified, identities are told apart by the triplet loss, over pairs of neighbouring frames.
_base_ = './separate_yolox-tiny_ide_800i_toy-street.py'

model = dict(embedder=dict(identity_counts=None, loss_triplet=dict(type='TripletLoss', margin=0.3)))
train_dataloader = dict(sampler=dict(_delete_=True, type='FramePairSampler'))
