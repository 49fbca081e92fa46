"""Stateless losses."""

from .bootstrapped import BootstrappedCrossEntropyLoss, bootstrapped_cross_entropy
from .contrastive import ContrastiveLoss, contrastive
from .hardest_pixels import HardestPixelsCrossEntropyLoss
from .identity import (
    IdentityTripletLoss,
    IdentityTripletUpperBoundLoss,
    identity_triplet,
    identity_triplet_upper_bound,
)
from .lovasz_hinge import lovasz_hinge
from .semantic_focal import SemanticFocalLoss, semantic_focal_loss
from .soft_iou import SoftIoULoss
from .spatial_embedding import instance_loss, seed_loss, variance_loss
from .track_classification import TrackCrossEntropyLoss
from .triplet import BatchAllTripletLoss, BatchHardTripletLoss, batch_all_triplet, batch_hard_triplet

__all__ = [
    "BatchAllTripletLoss",
    "BatchHardTripletLoss",
    "BootstrappedCrossEntropyLoss",
    "ContrastiveLoss",
    "HardestPixelsCrossEntropyLoss",
    "IdentityTripletLoss",
    "IdentityTripletUpperBoundLoss",
    "SemanticFocalLoss",
    "SoftIoULoss",
    "TrackCrossEntropyLoss",
    "batch_all_triplet",
    "batch_hard_triplet",
    "bootstrapped_cross_entropy",
    "contrastive",
    "identity_triplet",
    "identity_triplet_upper_bound",
    "instance_loss",
    "lovasz_hinge",
    "seed_loss",
    "semantic_focal_loss",
    "variance_loss",
]
