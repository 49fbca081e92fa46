# Matching by the overlap of masks where they were (tables IV and VI): neither tracking head.
_base_ = ['./mapt_tiny_1200i_toy-street.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(motion_head=None, appearance_head=None, tracker=dict(trackers=[_base_.iou_tracker] * 2))
