# Two dense 3x3x3 convolutions in a row (MOTS paper, table 4, "2xConv3D"), each the identity at first.
temporal_component = dict(type='TemporalConv3D', channels=1024, num_layers=2)
