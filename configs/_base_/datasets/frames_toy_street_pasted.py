# Frames of the rendered street into which pedestrians are pasted; their crops:
#   python tools/build_crop_database.py work_dirs/demo/data/annotations/train.json work_dirs/demo/data work_dirs/demo/crops
_base_ = './frames_toy_street.py'

paste = dict(
    type='PasteObjects',
    database='work_dirs/demo/crops',
    ann_file='work_dirs/demo/data/annotations/train.json',
    class_name='pedestrian',
    probability=0.5,
    min_area=150,
)

_base_.train_pipeline[2:2] = [paste]

train_dataloader = dict(dataset=dict(pipeline=_base_.train_pipeline))
