# Masks carried by features of the pyramid, as MaskProp does (tables IV and V).
_base_ = ['./mapt_regnety-8gf_50e_kitti-step.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(
    appearance_head=None,
    motion_source='pyramid',
    motion_head=dict(in_channels=256),
    tracker=dict(trackers=[_base_.motion_tracker] * 2))
