"""Whole models: a network, a tracker, and the one frame loop."""

from .online import OnlineMOT
from .track_rcnn import TrackRCNN

__all__ = ["OnlineMOT", "TrackRCNN"]
