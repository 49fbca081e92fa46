# JDE's joint set of six: pedestrians of CalTech, CityPersons, CUHK-SYSU, ETH, MOT17 (the paper: MOT16, the same images)
# and PRW, of whom some have identities, in the layout of JDE's data set zoo below data_root. Validated on MOT15's
# training videos, those that are in the training set left out. To convert:
#   python data_converters/labels_with_ids.py data/jde data/jde/annotations LISTS/*.train
#   python data_converters/mot_challenge.py data/jde/MOT15 data/jde/annotations/mot15_train.json
_base_ = './identified_boxes.py'

data_root = 'data/jde/'
classes = ('pedestrian', )
sources = ('mot17', 'caltech', 'citypersons', 'cuhksysu', 'prw', 'eth')  # identities count in this order, as released

train_dataloader = dict(
    dataset=dict(
        _delete_=True,
        type='JointIdentityDataset',
        names=sources,
        datasets=[
            dict(
                type='IdentifiedBoxDataset',
                identities='dataset',
                data_root=data_root,
                ann_file=f'annotations/{source}_train.json',
                data_prefix=dict(img_path=''),
                metainfo=dict(classes=classes),
                pipeline=_base_.train_pipeline) for source in sources
        ]))
val_dataloader = dict(
    dataset=dict(
        data_root=data_root,
        ann_file='annotations/mot15_train.json',
        data_prefix=dict(img_path='MOT15/'),
        metainfo=dict(classes=classes),
        pipeline=_base_.test_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=data_root + 'annotations/mot15_train.json')
test_evaluator = val_evaluator
