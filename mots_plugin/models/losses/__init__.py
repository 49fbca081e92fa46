"""Stateless losses."""

from .contrastive import ContrastiveLoss, contrastive
from .triplet import BatchAllTripletLoss, BatchHardTripletLoss, batch_all_triplet, batch_hard_triplet

__all__ = [
    "BatchAllTripletLoss",
    "BatchHardTripletLoss",
    "ContrastiveLoss",
    "batch_all_triplet",
    "batch_hard_triplet",
    "contrastive",
]
