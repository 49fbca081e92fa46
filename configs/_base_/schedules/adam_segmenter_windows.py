# PointTrack's segmenter on windows around objects: Adam at a constant 5e-4 (a step at epoch 200 never comes).
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=200)
optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=5e-4, weight_decay=1e-4))
