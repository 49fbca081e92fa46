# ByteTrack on the boxes (table VI): neither tracking head.
_base_ = ['./mapt_regnety-8gf_50e_kitti-step.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(motion_head=None, appearance_head=None, tracker=dict(trackers=[_base_.byte_tracker] * 2))
