# Windows around pedestrians, more of them pasted into every other frame first; see frames_kitti_mots_pasted.py.
_base_ = './object_windows_kitti_mots_kins_pedestrian.py'

paste = dict(
    type='PasteObjects',
    database='data/kitti_mots/crops',
    ann_file='data/kitti_mots/annotations/train.json',
    class_name='pedestrian',
    probability=0.5)

_base_.train_pipeline[2:2] = [paste]
for _source in _base_.train_dataloader.dataset.datasets:
    _source.pipeline = _base_.train_pipeline
train_dataloader = _base_.train_dataloader
