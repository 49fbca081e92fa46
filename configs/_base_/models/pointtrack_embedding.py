# Instance embedding of PointTrack: 1,000 points on the object, 500 around it, 32 dimensions.
embedding = dict(type='InstanceEmbedding', loss=dict(type='BatchHardTripletLoss', margin=0.2))
