# Batches of 24 tracks, three crops each, 1 to 10 occurrences apart; 500 batches an epoch. From any masks of videos:
#   python tools/build_crop_database.py ANNOTATIONS.json IMAGES data/crops
# For a database elsewhere, or another spacing, override database and max_spacing of train_dataloader.dataset.
train_dataloader = dict(
    batch_size=24,
    num_workers=2,
    persistent_workers=True,
    sampler=dict(type='DistinctTrackSampler', batch_size=24, batches=500),
    collate_fn=dict(type='join_crops'),
    dataset=dict(type='TrackCropDataset', database='data/crops', max_spacing=10))
