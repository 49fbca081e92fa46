# Windows of 160x256 around the pedestrians of KITTI MOTS and KINS; see object_windows_kitti_mots_kins.py.
_base_ = './object_windows_kitti_mots_kins.py'

classes = ('pedestrian', )

_base_.train_pipeline[2].size = (160, 256)
for _source in _base_.train_dataloader.dataset.datasets:
    _source.update(metainfo=dict(classes=classes), pipeline=_base_.train_pipeline)
train_dataloader = _base_.train_dataloader
