# Windows of 160x640 around the cars of KITTI MOTS and KINS, PointTrack's first stage: 7,000 samples an epoch, each
# object as likely as any other. They are cut out of the frames as they are read, so nothing has to be written to disk first.
# kins_root holds KITTI's object images (training/image_2/000000.png, testing/image_2/ …) and the conversion of KINS:
#   python data_converters/kins.py data/kitti_object data/kitti_object/annotations
_base_ = './frames_kitti_mots.py'

kins_root = 'data/kitti_object/'
classes = ('car', )

train_pipeline = [
    dict(type='LoadFrameImage'),
    dict(type='LoadMOTSAnnotations'),
    dict(type='CropAroundObject', size=(160, 640)),
    dict(type='RandomFlip', prob=0.5),
    _base_.train_pipeline[-1],
]

_objects = dict(
    type='MOTSFrameDataset',
    data_prefix=dict(img_path=''),
    metainfo=dict(classes=classes),
    per_object=True,
    pipeline=train_pipeline)

train_dataloader = dict(
    batch_size=4,
    sampler=dict(samples_per_epoch=7000),
    dataset=dict(
        _delete_=True,
        type='ConcatDataset',
        datasets=[
            dict(data_root=_base_.data_root, ann_file='annotations/train.json', **_objects),
            dict(data_root=kins_root, ann_file='annotations/kins_train.json', **_objects),
            dict(data_root=kins_root, ann_file='annotations/kins_test.json', **_objects),
        ]))
