# One convolutional LSTM of 128 channels beside a skip connection (MOTS paper, table 4, "1xConvLSTM").
temporal_component = dict(type='TemporalConvLSTM', channels=1024, hidden_channels=128)
