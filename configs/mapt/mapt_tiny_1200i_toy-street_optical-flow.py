# Masks warped by optical flow (tables IV and V; FlowNet2 in the paper, OpenCV's DIS here): neither tracking head.
_base_ = ['./mapt_tiny_1200i_toy-street.py', '../_base_/trackers/shared/mapt_rows.py']

model = dict(motion_head=None, appearance_head=None, tracker=dict(trackers=[_base_.flow_tracker] * 2))
test_dataloader = dict(dataset=dict(pipeline=_base_.test_pipeline_with_flow))
