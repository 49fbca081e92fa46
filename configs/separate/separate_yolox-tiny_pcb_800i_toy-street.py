# PCB: six stripes of a person, each with an embedding and a classifier of its own.
_base_ = './separate_yolox-tiny_ide_800i_toy-street.py'

model = dict(embedder=dict(stripes=6, embed_channels=32))
