"""Stateless losses."""

from .triplet import BatchHardTripletLoss, batch_hard_triplet

__all__ = ["BatchHardTripletLoss", "batch_hard_triplet"]
