"""How much of each cell of a coarse grid a mask covers.

Shapes: N masks, H x W pixels, h x w cells.
"""

from __future__ import annotations

import torch
from torch import Tensor
from torch.nn import functional


def cover_cells(masks: Tensor, cell: int) -> Tensor:
    """Average (N, H, W) masks over cells of ``cell`` x ``cell`` pixels; cells that stick out are padded with zeros.

    Returns:
        (N, ceil(H / cell), ceil(W / cell)) in [0, 1].
    """
    height, width = masks.shape[1:]
    padded = functional.pad(masks.float(), (0, -width % cell, 0, -height % cell))
    return functional.avg_pool2d(padded[:, None], cell)[:, 0]


def cover_cells_by_segments(segments: Tensor, count: int, cells: tuple[int, int], scale: tuple[float, float]) -> Tensor:
    """The same for the segments of one map, without a full-size mask a segment.

    Args:
        segments: (H, W) int64 segment of each pixel, from 0; -1 for none.
        count: Number N of segments.
        cells: (h, w).
        scale: Cells a pixel, across and down.

    Returns:
        (N, h, w) part of each cell that each segment covers, in [0, 1]; cells without a pixel are 0.
    """
    height, width = segments.shape
    across = ((torch.arange(width, device=segments.device) + 0.5) * scale[0]).long().clamp(max=cells[1] - 1)
    down = ((torch.arange(height, device=segments.device) + 0.5) * scale[1]).long().clamp(max=cells[0] - 1)
    cell = down[:, None] * cells[1] + across
    size = cells[0] * cells[1]
    pixels = torch.bincount(cell.flatten(), minlength=size)
    owned = segments >= 0
    covered = torch.bincount(segments[owned] * size + cell[owned], minlength=count * size).view(count, *cells)
    return covered / pixels.clamp(min=1).view(cells)


def soft_overlaps(a: Tensor, b: Tensor) -> Tensor:
    """Return the (A, B) overlaps of (A, h, w) with (B, h, w) soft masks: sums of products over sums less products."""
    a, b = a.flatten(1), b.flatten(1)
    intersections = a @ b.T
    return intersections / (a.sum(1)[:, None] + b.sum(1) - intersections).clamp(min=1e-6)
