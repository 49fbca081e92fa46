"""Cues: how ill a track and an observation go together, each from one kind of evidence."""

from mots_plugin.tracking.cues.box import BoxCentreCue, BoxHullIoUCue, BoxIoUCue, LastSeenBoxIoUCue
from mots_plugin.tracking.cues.carried_mask import CarriedMaskCue
from mots_plugin.tracking.cues.direction import DirectionCue
from mots_plugin.tracking.cues.embedding import EmbeddingCue, GalleryCue
from mots_plugin.tracking.cues.mahalanobis import MahalanobisCue
from mots_plugin.tracking.cues.mask_iou import MaskIoUCue

__all__ = [
    "BoxCentreCue",
    "BoxHullIoUCue",
    "BoxIoUCue",
    "CarriedMaskCue",
    "DirectionCue",
    "EmbeddingCue",
    "GalleryCue",
    "LastSeenBoxIoUCue",
    "MahalanobisCue",
    "MaskIoUCue",
]
