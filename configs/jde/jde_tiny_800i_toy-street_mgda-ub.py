# Table 2 of the paper: cross entropy, MGDA-UB.
_base_ = './jde_tiny_800i_toy-street.py'

model = dict(detector=dict(bbox_head=dict(weighting=dict(_delete_=True, type='MinimumNormTaskWeighting'))))
