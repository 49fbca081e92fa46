# Table 4 of the paper on the toy street, "1xConv3D", with the separable convolution of the released code.
_base_ = ['./track_rcnn_tiny-fpn_800i_toy-street.py', '../_base_/temporal/conv3d_separable_1x.py']

model = dict(temporal=dict(_base_.temporal_component, _delete_=True, channels=32))
