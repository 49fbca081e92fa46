# Windows around the cars and pedestrians of the rendered street, as in object_windows_kitti_mots_kins.py.
_base_ = './frames_toy_street.py'

_base_.train_pipeline[2:2] = [dict(type='CropAroundObject', size=(96, 160))]

train_dataloader = dict(dataset=dict(per_object=True, pipeline=_base_.train_pipeline))
