# Table 2 of the paper: cross entropy, Loss.Norm.
_base_ = './jde_darknet53_30e_joint.py'

model = dict(detector=dict(bbox_head=dict(weighting=dict(type='MagnitudeTaskWeighting'))))
