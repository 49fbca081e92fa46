# Embeddings on two CPU cores: warm up, then decay to nothing over the whole run.
train_cfg = dict(type='IterBasedTrainLoop', max_iters=300)

optim_wrapper = dict(type='OptimWrapper', optimizer=dict(type='Adam', lr=2e-3, weight_decay=1e-4))
param_scheduler = [
    dict(type='LinearLR', start_factor=0.05, by_epoch=False, begin=0, end=20),
    dict(type='CosineAnnealingLR', by_epoch=False, begin=20, end=300, eta_min=1e-5),
]
