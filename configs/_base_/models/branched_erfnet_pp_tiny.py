# PointTrack++'s segmenter for two CPU cores: semantic seeds of both classes, input doubled, thin.
_base_ = './branched_erfnet_pp.py'

car_rule = dict(seed_threshold=0.6, min_pixels=40)
pedestrian_rule = dict(seed_threshold=0.6, min_pixels=15)

segmenter = dict(
    backbone=dict(channels=(16, 32, 64), shallow_blocks=2, dilations=(2, 4, 8, 16), dropouts=(0.0, 0.0)),
    head=dict(
        num_classes=2,
        decoder=dict(in_channels=64, channels=(32, 16), blocks=(1, 0)),
        clustering=[car_rule, pedestrian_rule],
    ),
)
