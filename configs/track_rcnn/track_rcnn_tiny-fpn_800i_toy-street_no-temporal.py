# Table 4 of the paper on the toy street, "None": single frames.
_base_ = './track_rcnn_tiny-fpn_800i_toy-street.py'

model = dict(temporal=None)
