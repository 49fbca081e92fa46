# PointTrack's segmenter: ERFNet with a decoder for offsets and sigmas and one for seeds, of one class. Images go in as
# red, green, blue in [0, 1], not normalised. The rule of clustering is the released one for cars; for pedestrians none
# was published, so theirs is that of PointTrack++ as far as it goes: surer seeds, fewer pixels.
car_rule = dict(seed_threshold=0.94, min_pixels=160)
pedestrian_rule = dict(seed_threshold=0.95, min_pixels=88)

segmenter = dict(
    type='SpatialEmbeddingSegmenter',
    data_preprocessor=dict(type='DetDataPreprocessor', mean=[0, 0, 0], std=[255, 255, 255], bgr_to_rgb=True),
    backbone=dict(type='ERFNetEncoder'),
    head=dict(type='SpatialEmbeddingHead', num_classes=1, decoder=dict(type='ERFNetDecoder'), clustering=[car_rule]),
)
