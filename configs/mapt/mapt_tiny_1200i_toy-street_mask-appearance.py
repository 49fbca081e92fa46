# Embeddings of what lies on the mask (table VI): no carried features.
_base_ = ['./mapt_tiny_1200i_toy-street.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(
    motion_head=None,
    appearance_head=dict(motion_channels=0),
    tracker=dict(trackers=[_base_.appearance_tracker] * 2))
