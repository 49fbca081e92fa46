# Appearance alone (tables IV and VI): the network of the whole model, tracks continue by embeddings.
_base_ = ['./mapt_tiny_1200i_toy-street.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(tracker=dict(trackers=[_base_.appearance_tracker] * 2))
