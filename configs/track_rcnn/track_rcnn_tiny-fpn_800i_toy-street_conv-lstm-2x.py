# Table 4 of the paper on the toy street, "2xConvLSTM".
_base_ = ['./track_rcnn_tiny-fpn_800i_toy-street.py', '../_base_/temporal/conv_lstm_2x.py']

model = dict(temporal=dict(_base_.temporal_component, _delete_=True, channels=32, hidden_channels=16))
