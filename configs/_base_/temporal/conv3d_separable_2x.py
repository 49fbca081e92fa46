# Twice a 3x3x3 filter a channel and a 1x1x1 convolution over channels: the released model (conv3d_sep2).
temporal_component = dict(type='TemporalConv3D', channels=1024, num_layers=2, depthwise_separable=True)
