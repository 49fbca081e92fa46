"""Stateless losses."""

from .bootstrapped import BootstrappedCrossEntropyLoss, bootstrapped_cross_entropy
from .contrastive import ContrastiveLoss, contrastive
from .identity import (
    IdentityTripletLoss,
    IdentityTripletUpperBoundLoss,
    identity_triplet,
    identity_triplet_upper_bound,
)
from .lovasz_hinge import lovasz_hinge
from .semantic_focal import SemanticFocalLoss, semantic_focal_loss
from .spatial_embedding import instance_loss, seed_loss, variance_loss
from .triplet import BatchAllTripletLoss, BatchHardTripletLoss, batch_all_triplet, batch_hard_triplet

__all__ = [
    "BatchAllTripletLoss",
    "BatchHardTripletLoss",
    "BootstrappedCrossEntropyLoss",
    "ContrastiveLoss",
    "IdentityTripletLoss",
    "IdentityTripletUpperBoundLoss",
    "SemanticFocalLoss",
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
