# OC-SORT on the boxes (table VI): neither tracking head.
_base_ = ['./mapt_tiny_1200i_toy-street.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(motion_head=None, appearance_head=None, tracker=dict(trackers=[_base_.oc_sort_tracker] * 2))
