# Tracks of the rendered street:
#   python tools/build_crop_database.py work_dirs/demo/data/annotations/train.json work_dirs/demo/data work_dirs/demo/crops
_base_ = './track_crops.py'
train_dataloader = dict(num_workers=1, dataset=dict(database='work_dirs/demo/crops'))
