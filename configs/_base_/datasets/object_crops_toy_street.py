# Single objects of the rendered street; data as in toy_street.py.
_base_ = './object_crops_kitti_mots.py'
data_root = 'work_dirs/demo/data/'

_crop = dict(type='CropAroundBox', size=96, margin=8)
_base_.train_pipeline[2] = _base_.test_pipeline[1] = _crop
train_dataloader = dict(
    batch_size=16,
    num_workers=1,
    dataset=dict(data_root=data_root, min_area=1, pipeline=_base_.train_pipeline))
