# PointTrack's segmenter on frames: Adam at 5e-6, decaying polynomially over 100 epochs.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=100)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=5e-6, weight_decay=1e-4))
param_scheduler = dict(type='PolyLR', power=0.9, begin=0, end=100, by_epoch=True)
