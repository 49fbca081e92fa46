"""Weights of other implementations under this package's names, layouts and checks; no torch."""

from .archive import read_archive
from .comparison import Comparison, compare_shapes
from .track_rcnn import convert_track_rcnn

__all__ = ["Comparison", "compare_shapes", "convert_track_rcnn", "read_archive"]
