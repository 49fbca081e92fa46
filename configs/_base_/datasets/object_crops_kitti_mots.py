# Single objects of KITTI MOTS, cut out with their surroundings as in PReMVOS: 385x385 pixels, 50 of them margin on each
# side of the box, boxes moved by up to 5 %. Data as in kitti_mots.py. For any other instance masks override data_root,
# ann_file and data_prefix.img_path of the dataset.
data_root = 'data/kitti_mots/'

train_pipeline = [
    dict(type='LoadFrameImage'),
    dict(type='JitterBox', strength=0.05),
    dict(type='CropAroundBox', size=385, margin=50),
    dict(type='RandomFlip', prob=0.5),
    dict(type='RandomGamma', strength=0.05),
    dict(type='PackDetInputs', meta_keys=('img_path', 'ori_shape', 'img_shape', 'crop_window')),
]
test_pipeline = [
    dict(type='LoadFrameImage'),
    dict(type='CropAroundBox', size=385, margin=50),
    dict(type='PackDetInputs', meta_keys=('img_path', 'ori_shape', 'img_shape', 'crop_window')),
]

train_dataloader = dict(
    batch_size=8,
    num_workers=4,
    persistent_workers=True,
    sampler=dict(type='InfiniteSampler', shuffle=True),
    dataset=dict(
        type='ObjectCropDataset',
        data_root=data_root,
        ann_file='annotations/train.json',
        data_prefix=dict(img_path=''),
        min_area=100,
        pipeline=train_pipeline))
