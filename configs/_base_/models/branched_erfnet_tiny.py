# The segmenter for two CPU cores, trained from random initialisation: the same parts, thin, for cars and pedestrians at
# once, each with a seed map of its own.
_base_ = './branched_erfnet.py'

# Chosen on videos of another seed than the demo's.
_rule = dict(candidate_threshold=0.4, membership_threshold=0.45, min_unclustered=0.7)
car_rule = dict(seed_threshold=0.9, min_pixels=40, **_rule)
pedestrian_rule = dict(seed_threshold=0.94, min_pixels=20, **_rule)

segmenter = dict(
    backbone=dict(channels=(16, 48, 96), shallow_blocks=3, dilations=(2, 4, 8, 2, 4, 8), dropouts=(0.0, 0.0)),
    head=dict(
        num_classes=2,
        decoder=dict(in_channels=96, channels=(48, 24), blocks=(2, 0)),
        clustering=[car_rule, pedestrian_rule],
    ),
)
