# PointTrack's segmenter with PointTrack++'s input: the network doubles it, and its decoders stop at the original size.
_base_ = './branched_erfnet.py'

segmenter = dict(backbone=dict(input_scale=2), head=dict(decoder=dict(half=True)))
