"""Trackers that never see a network: numpy and scipy only, observations in, identities out."""

from mots_plugin.tracking.association import Stage
from mots_plugin.tracking.cues import (
    BoxCentreCue,
    BoxHullIoUCue,
    BoxIoUCue,
    CarriedMaskCue,
    DirectionCue,
    EmbeddingCue,
    GalleryCue,
    LastSeenBoxIoUCue,
    MahalanobisCue,
    MaskIoUCue,
)
from mots_plugin.tracking.duplicates import DuplicateRule
from mots_plugin.tracking.lifecycle import BorderRule, Lifecycle, TrackState
from mots_plugin.tracking.memory import EmbeddingGallery, TrackBank
from mots_plugin.tracking.motion.kalman import BoxKalmanFilter
from mots_plugin.tracking.motion.observation_centric import ObservationCentricFilter
from mots_plugin.tracking.overlap import resolve_overlaps
from mots_plugin.tracking.per_class import PerClassTracker
from mots_plugin.tracking.tracker import StagedTracker

__all__ = [
    "BorderRule",
    "BoxCentreCue",
    "BoxHullIoUCue",
    "BoxIoUCue",
    "BoxKalmanFilter",
    "CarriedMaskCue",
    "DirectionCue",
    "DuplicateRule",
    "EmbeddingCue",
    "EmbeddingGallery",
    "GalleryCue",
    "LastSeenBoxIoUCue",
    "Lifecycle",
    "MahalanobisCue",
    "MaskIoUCue",
    "ObservationCentricFilter",
    "PerClassTracker",
    "Stage",
    "StagedTracker",
    "TrackBank",
    "TrackState",
    "resolve_overlaps",
]
