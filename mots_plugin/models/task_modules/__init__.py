"""Target assignment."""

from .ignore_region_assigner import IgnoreRegionAssigner

__all__ = ["IgnoreRegionAssigner"]
