"""Whole models: a network, a tracker, and the one frame loop."""

from .given_masks import GivenMaskTracker
from .jde import JDE
from .mapt import MAPT
from .online import OnlineMOT
from .track_rcnn import TrackRCNN

__all__ = [
    "GivenMaskTracker",
    "JDE",
    "MAPT",
    "OnlineMOT",
    "TrackRCNN",
]
