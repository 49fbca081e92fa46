"""Target assignment and anchors."""

from .corner_anchor_generator import CornerAnchorGenerator
from .ignore_region_assigner import IgnoreRegionAssigner
from .rounded_anchor_generator import RoundedAnchorGenerator

__all__ = ["CornerAnchorGenerator", "IgnoreRegionAssigner", "RoundedAnchorGenerator"]
