# Appearance alone (tables IV and VI): the network of the whole model, tracks continue by embeddings.
_base_ = ['./mapt_regnety-8gf_50e_kitti-step.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(tracker=dict(trackers=[_base_.appearance_tracker] * 2))
