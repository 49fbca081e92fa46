"""Target assignment and anchors."""

from .ignore_region_assigner import IgnoreRegionAssigner
from .rounded_anchor_generator import RoundedAnchorGenerator

__all__ = ["IgnoreRegionAssigner", "RoundedAnchorGenerator"]
