# MOTSChallenge (MOTS20) as TrackR-CNN has it: short edge 420, long edge at most 747 in training and 1024 in testing.
# data_root holds the raw data (MOTS20-02/img1/000001.jpg, MOTS20-02/gt/gt.txt …) and its conversion:
#   python data_converters/mots_challenge.py data/mots_challenge data/mots_challenge/annotations --leave-out 2 5 9 11
# For data elsewhere override data_root of the three dataloaders' datasets, for another fold their ann_file.
# The published head keeps the car class here too, so the same weights serve both data sets.
_base_ = './mots_videos.py'

data_root = 'data/mots_challenge/'
fold = 'annotations/leave_out_2_'  # trained on MOTS20-05, 09 and 11, validated on 02

_base_.train_pipeline[1].transforms[2] = dict(type='Resize', scale=(747, 420), keep_ratio=True)
_base_.test_pipeline[0].transforms[1] = _base_.test_pipeline_with_flow[1].transforms[1] = dict(
    type='Resize', scale=(1024, 420), keep_ratio=True
)

train_dataloader = dict(dataset=dict(data_root=data_root, ann_file=fold + 'train.json', pipeline=_base_.train_pipeline))
val_dataloader = dict(dataset=dict(data_root=data_root, ann_file=fold + 'val.json', pipeline=_base_.test_pipeline))
test_dataloader = val_dataloader

val_evaluator = dict(ann_file=data_root + fold + 'val.json')
test_evaluator = val_evaluator
