# Table 4 of the paper, "None": single frames.
_base_ = './track_rcnn_r101-c4_40e_kitti-mots_algorithm1.py'

model = dict(temporal=None)
