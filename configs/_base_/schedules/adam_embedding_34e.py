# PointTrack's embedding as released: Adam at 2e-3, a tenth from epoch 20 on, a hundredth from epoch 30 on.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=34)

optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=2e-3, weight_decay=1e-4))
param_scheduler = dict(type='MultiStepLR', by_epoch=True, milestones=[19, 29], gamma=0.1)
