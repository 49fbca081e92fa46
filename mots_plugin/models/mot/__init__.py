"""Whole models: a network, a tracker, and the one frame loop."""

from .given_masks import GivenMaskTracker
from .jde import JDE
from .mapt import MAPT
from .online import OnlineMOT
from .pointtrack import PointTrack
from .separate import SeparateDetectionEmbedding
from .track_rcnn import TrackRCNN

__all__ = [
    "JDE",
    "MAPT",
    "GivenMaskTracker",
    "OnlineMOT",
    "PointTrack",
    "SeparateDetectionEmbedding",
    "TrackRCNN",
]
