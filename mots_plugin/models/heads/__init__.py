"""Heads on region features."""

from .association_head import AssociationHead
from .association_roi_head import AssociationRoIHead
from .deeplab_mask_head import DeepLabMaskHead

__all__ = ["AssociationHead", "AssociationRoIHead", "DeepLabMaskHead"]
