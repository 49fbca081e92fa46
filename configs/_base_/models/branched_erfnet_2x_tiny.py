# The segmenter for two CPU cores, with its input doubled.
_base_ = './branched_erfnet_tiny.py'

segmenter = dict(backbone=dict(input_scale=2), head=dict(decoder=dict(half=True)))
