# PointTrack++'s segmenter on frames: RAdam at 5e-6, 50 epochs as in the paper (released: 40 for cars, 30 at 2e-6 for
# pedestrians).
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=50)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='RAdam', lr=5e-6, weight_decay=1e-4))
param_scheduler = dict(type='PolyLR', power=0.9, begin=0, end=50, by_epoch=True)
