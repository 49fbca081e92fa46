# Frames of KITTI MOTS into which pedestrians of the same set are pasted, the copy-and-paste of PointTrack++, with
# probability 0.2 when cars are trained, as here, 0.5 when pedestrians are. Their crops:
#   python tools/build_crop_database.py data/kitti_mots/annotations/train.json data/kitti_mots data/kitti_mots/crops
_base_ = './frames_kitti_mots.py'

paste = dict(
    type='PasteObjects',
    database='data/kitti_mots/crops',
    ann_file='data/kitti_mots/annotations/train.json',
    class_name='pedestrian',
    probability=0.2,
)

_base_.train_pipeline[2:2] = [paste]

train_dataloader = dict(dataset=dict(pipeline=_base_.train_pipeline))
