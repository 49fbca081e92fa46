"""Heads on region features."""

from .association_head import AssociationHead
from .association_roi_head import AssociationRoIHead

__all__ = ["AssociationHead", "AssociationRoIHead"]
