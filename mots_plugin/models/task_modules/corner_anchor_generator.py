"""Anchors of JDE: of any size, centred on the corners of the cells."""

from __future__ import annotations

from collections.abc import Sequence

from mmdet.models.task_modules.prior_generators import YOLOAnchorGenerator
from mmdet.registry import TASK_UTILS


@TASK_UTILS.register_module()
class CornerAnchorGenerator(YOLOAnchorGenerator):
    """mmdet's YOLO anchors, moved by half a cell, as the released JDE has them.

    The anchors of cell (column, row) are centred on stride * (column, row), YOLO's on the centre of the cell.

    Args:
        strides: Pixels a cell, one a level.
        base_sizes: (width, height) of each anchor in pixels, one list a level, all of one length.
    """

    def __init__(self, strides: Sequence[int], base_sizes: Sequence[Sequence[tuple[float, float]]]) -> None:
        super().__init__(list(strides), [list(sizes) for sizes in base_sizes])
        self.centers = [(0.0, 0.0)] * len(self.strides)
        self.base_anchors = self.gen_base_anchors()
