# The boxes of the rendered street, cars and pedestrians; data as in toy_street.py.
_base_ = './identified_boxes.py'

data_root = 'work_dirs/demo/data/'
classes = ('car', 'pedestrian')

# Small networks see every image but a few times: a milder augmentation than the published one.
_base_.train_pipeline[2].strength = 0.3
_base_.train_pipeline[4].update(degrees=1, translate=0.05, scale=(0.85, 1.15), shear=1)
_base_.train_pipeline[3] = _base_.test_pipeline[0].transforms[1] = dict(type='Letterbox', size=(416, 192))

train_dataloader = dict(
    num_workers=2,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(data_root=data_root, metainfo=dict(classes=classes), pipeline=_base_.train_pipeline))
val_dataloader = dict(
    dataset=dict(data_root=data_root, metainfo=dict(classes=classes), pipeline=_base_.test_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=data_root + 'annotations/val.json')
test_evaluator = [
    dict(type='BoxTrackMetric', metric=['clear', 'idf1', 'hota'], ann_file=data_root + 'annotations/val.json'),
    dict(type='DetectionAPMetric', ann_file=data_root + 'annotations/val.json'),
]
