# Tracks of KITTI MOTS; one model a class, as published, so a leaf names the classes:
#   python tools/build_crop_database.py data/kitti_mots/annotations/train.json data/kitti_mots data/kitti_mots/crops
_base_ = './track_crops.py'
train_dataloader = dict(dataset=dict(database='data/kitti_mots/crops'))
