# Masks carried by features of the pyramid, as MaskProp does (tables IV and V).
_base_ = ['./mapt_tiny_1200i_toy-street.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(
    appearance_head=None,
    motion_source='pyramid',
    motion_head=dict(in_channels=32),
    tracker=dict(trackers=[_base_.motion_tracker] * 2))
