# Motion alone (tables IV and V): no appearance head, tracks continue by carried masks.
_base_ = ['./mapt_tiny_1200i_toy-street.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(appearance_head=None, tracker=dict(trackers=[_base_.motion_tracker] * 2))
