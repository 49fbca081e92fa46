# Instance embedding of PointTrack for small objects, in minutes on two CPU cores: fewer points, the same network.
_base_ = './pointtrack_embedding.py'
embedding = dict(foreground_points=128, environment_points=64, image_size=(416, 192))
