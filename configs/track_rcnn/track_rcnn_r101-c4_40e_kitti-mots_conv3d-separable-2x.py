# Table 4 of the paper, "2xConv3D", with the separable convolutions of the released model.
_base_ = ['./track_rcnn_r101-c4_40e_kitti-mots_algorithm1.py', '../_base_/temporal/conv3d_separable_2x.py']

model = dict(temporal=dict(_base_.temporal_component, _delete_=True))
