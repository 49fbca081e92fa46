"""Whole models: a network, a tracker, and the one frame loop."""

from .given_masks import GivenMaskTracker
from .jde import JDE
from .jde_object_embedder import JDEObjectEmbedder
from .mapt import MAPT
from .online import OnlineMOT
from .pointtrack import PointTrack
from .separate import SeparateDetectionEmbedding
from .track_rcnn import TrackRCNN

__all__ = [
    "JDE",
    "MAPT",
    "GivenMaskTracker",
    "JDEObjectEmbedder",
    "OnlineMOT",
    "PointTrack",
    "SeparateDetectionEmbedding",
    "TrackRCNN",
]
