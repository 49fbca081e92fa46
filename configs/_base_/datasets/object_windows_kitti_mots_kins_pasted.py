# Windows around the cars of KITTI MOTS and KINS, pedestrians pasted into the frames before they are cut; see
# frames_kitti_mots_pasted.py. KINS is of the same camera, so one ground serves both.
_base_ = './object_windows_kitti_mots_kins.py'

paste = dict(
    type='PasteObjects',
    database='data/kitti_mots/crops',
    ann_file='data/kitti_mots/annotations/train.json',
    class_name='pedestrian',
    probability=0.2,
)

_base_.train_pipeline[2:2] = [paste]
for _source in _base_.train_dataloader.dataset.datasets:
    _source.pipeline = _base_.train_pipeline
train_dataloader = _base_.train_dataloader
