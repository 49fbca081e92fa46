# Table 4 of the paper, "2xConv3D".
_base_ = ['./track_rcnn_r101-c4_40e_kitti-mots_algorithm1.py', '../_base_/temporal/conv3d_2x.py']

model = dict(temporal=dict(_base_.temporal_component, _delete_=True))
