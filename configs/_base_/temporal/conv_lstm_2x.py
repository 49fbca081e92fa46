# Two convolutional LSTMs of 128 channels in a row (MOTS paper, table 4, "2xConvLSTM").
temporal_component = dict(type='TemporalConvLSTM', channels=1024, hidden_channels=128, num_layers=2)
