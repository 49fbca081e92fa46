# One 3x3x3 filter a channel, then a 1x1x1 convolution over channels: the released code's Conv3D (its conv3d_sep).
temporal_component = dict(type='TemporalConv3D', channels=1024, depthwise_separable=True)
