# Table 2 of the paper: cross entropy, App.Opt.
_base_ = './jde_darknet53_30e_joint.py'

model = dict(detector=dict(bbox_head=dict(weighting=dict(type='FixedTaskWeighting', weights=[64, 64, 0.1]))))
