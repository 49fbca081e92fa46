"""Networks that make masks of boxes."""

from .mask_refinement import MaskRefinementNetwork, box_channel

__all__ = ["MaskRefinementNetwork", "box_channel"]
