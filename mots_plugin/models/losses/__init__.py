"""Stateless losses."""

from .bootstrapped import BootstrappedCrossEntropyLoss, bootstrapped_cross_entropy
from .contrastive import ContrastiveLoss, contrastive
from .identity import (
    IdentityTripletLoss,
    IdentityTripletUpperBoundLoss,
    identity_triplet,
    identity_triplet_upper_bound,
)
from .triplet import BatchAllTripletLoss, BatchHardTripletLoss, batch_all_triplet, batch_hard_triplet

__all__ = [
    "BatchAllTripletLoss",
    "BatchHardTripletLoss",
    "BootstrappedCrossEntropyLoss",
    "ContrastiveLoss",
    "IdentityTripletLoss",
    "IdentityTripletUpperBoundLoss",
    "batch_all_triplet",
    "batch_hard_triplet",
    "bootstrapped_cross_entropy",
    "contrastive",
    "identity_triplet",
    "identity_triplet_upper_bound",
]
