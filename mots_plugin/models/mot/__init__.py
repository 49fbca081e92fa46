"""Whole models: a network, a tracker, and the one frame loop."""

from .jde import JDE
from .online import OnlineMOT
from .track_rcnn import TrackRCNN

__all__ = ["JDE", "OnlineMOT", "TrackRCNN"]
