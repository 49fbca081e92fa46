# How well embeddings tell objects apart, detection left aside: TPR at false accept rates, over the ground truth of the
# held-out videos. To be tested with the checkpoints of jde_tiny_800i_toy-street.py.
_base_ = './jde_tiny_800i_toy-street.py'

model = dict(
    _delete_=True,
    type='JDEObjectEmbedder',
    data_preprocessor=dict(
        type='DetDataPreprocessor', mean=[0, 0, 0], std=[255, 255, 255], bgr_to_rgb=True, pad_size_divisor=32),
    detector=_base_.model.detector)

_dataset = _base_.train_dataloader.dataset
_steps = [step for step in _dataset.pipeline if not step.type.startswith('Random')]
test_dataloader = dict(
    sampler=dict(type='DefaultSampler', shuffle=False),
    dataset=dict(
        _delete_=True,
        type=_dataset.type,
        data_root=_dataset.data_root,
        ann_file='annotations/val.json',
        data_prefix=_dataset.data_prefix,
        metainfo=_dataset.metainfo,
        test_mode=True,
        pipeline=_steps))
test_evaluator = dict(_delete_=True, type='RetrievalMetric', identities='dataset')
