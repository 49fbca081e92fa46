# PointTrack++'s segmenter on windows around objects, as released: RAdam at 5e-5, 60 epochs of 2,400 samples.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=60)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='RAdam', lr=5e-5, weight_decay=1e-4))
param_scheduler = dict(type='PolyLR', power=0.9, begin=0, end=60, by_epoch=True)
