# Rows Sem and CP of PointTrack++'s table 3: PointTrack++'s segmenters with PointTrack's embeddings. The rows differ in
# the training of the segmenters alone.
_base_ = './pointtrack-pp_kitti-mots.py'

_embedding = dict(type='InstanceEmbedding', loss=dict(type='BatchHardTripletLoss', margin=0.2))
for _network in _base_.model.networks:
    _network.embedding = _embedding
model = _base_.model
