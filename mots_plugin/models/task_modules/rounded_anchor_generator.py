"""Anchors of the original Faster R-CNN implementation, for weights that were trained with them."""

from __future__ import annotations

import torch
from mmdet.models.task_modules.prior_generators import AnchorGenerator
from mmdet.registry import TASK_UTILS
from torch import Tensor


@TASK_UTILS.register_module()
class RoundedAnchorGenerator(AnchorGenerator):
    """Anchors whose width and height are rounded to whole pixels before they are scaled.

    With ``center_offset=0.5`` and ``strides=[16]`` these are the anchors of py-faster-rcnn, tensorpack and the released
    TrackR-CNN, in their order: for ratios 0.5, 1, 2 and scale 1 they measure 23x12, 16x16 and 11x22 pixels.
    """

    def gen_single_level_base_anchors(
        self,
        base_size: float,
        scales: Tensor,
        ratios: Tensor,
        center: tuple[float, float] | None = None,
    ) -> Tensor:
        """Return (R * S, 4) xyxy anchors of one cell, all scales of the first ratio first."""
        x, y = center or (self.center_offset * base_size, self.center_offset * base_size)
        widths = (base_size / ratios.sqrt()).round()
        heights = (widths * ratios).round()
        half_width = widths.outer(scales).flatten() / 2
        half_height = heights.outer(scales).flatten() / 2
        return torch.stack([x - half_width, y - half_height, x + half_width, y + half_height], dim=-1)
