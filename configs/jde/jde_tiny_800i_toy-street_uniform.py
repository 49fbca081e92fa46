# Table 2 of the paper: cross entropy, Uniform.
_base_ = './jde_tiny_800i_toy-street.py'

model = dict(detector=dict(bbox_head=dict(weighting=dict(_delete_=True, type='FixedTaskWeighting', weights=[1, 1, 1]))))
