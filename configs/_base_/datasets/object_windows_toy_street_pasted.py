# Windows around the objects of the rendered street; pedestrians are pasted into the frame before it is cut.
_base_ = './frames_toy_street_pasted.py'

_base_.train_pipeline[3:3] = [dict(type='CropAroundObject', size=(96, 160))]

train_dataloader = dict(dataset=dict(per_object=True, pipeline=_base_.train_pipeline))
