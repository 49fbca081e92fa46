# JDE: SGD at 1e-2 for 30 epochs, a tenth from the 15th and 23rd on (released: 22nd); in the released code the rate grows
# over the first thousand steps with their fourth power, here evenly. 32 images a step.
train_cfg = dict(type='EpochBasedTrainLoop', max_epochs=30, val_interval=5)
val_cfg = dict(type='ValLoop')
test_cfg = dict(type='TestLoop')

optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='SGD', lr=1e-2, momentum=0.9, weight_decay=1e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=1e-3, by_epoch=False, begin=0, end=1000),
    dict(type='MultiStepLR', by_epoch=True, milestones=[15, 23], gamma=0.1),
]
auto_scale_lr = dict(enable=False, base_batch_size=32)
