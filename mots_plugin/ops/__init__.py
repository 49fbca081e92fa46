"""Pure functions over tensors and arrays that several models share."""

from .masks import paste_masks, region_coverage

__all__ = ["paste_masks", "region_coverage"]
