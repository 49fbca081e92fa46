# Instance embedding of PointTrack without colours, for masks without images: the shape, the position, what lies around.
_base_ = './pointtrack_embedding.py'
embedding = dict(use_colour=False, foreground_points=128, environment_points=64, image_size=(640, 480))
