# PointTrack++'s segmenter: the network doubles its input, its decoders stop at the original size, and the confidence of
# a semantic decoder, trained with focal loss, takes the place of the seed map. Rules of clustering as released.
_base_ = './branched_erfnet.py'

_rule = dict(candidate_threshold=0.4, membership_threshold=0.41, min_mean_seed=0.6)
car_rule = dict(seed_threshold=0.9, min_pixels=128, min_unclustered=0.95, **_rule)
pedestrian_rule = dict(seed_threshold=0.95, min_pixels=88, min_unclustered=0.8, **_rule)

segmenter = dict(
    backbone=dict(input_scale=2),
    head=dict(
        decoder=dict(half=True),
        with_seeds=False,
        semantic_loss=dict(type='SemanticFocalLoss', gamma=2.0),
        clustering=[car_rule],
    ),
)
