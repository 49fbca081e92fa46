"""Weights of other implementations under this package's names, layouts and checks; no torch."""

from .archive import read_archive
from .comparison import Comparison, compare_shapes
from .jde import convert_darknet, convert_jde, read_darknet
from .track_rcnn import convert_track_rcnn

__all__ = [
    "Comparison",
    "compare_shapes",
    "convert_darknet",
    "convert_jde",
    "convert_track_rcnn",
    "read_archive",
    "read_darknet",
]
