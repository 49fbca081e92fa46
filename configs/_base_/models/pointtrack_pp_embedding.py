# Instance embedding of PointTrack++: three branches of 32 dimensions each, trained one by one, and 96 more that are
# learnt from all three; a leaf names the stage that it trains.
embedding = dict(type='StagedInstanceEmbedding', loss=dict(type='BatchHardTripletLoss', margin=0.2))
