"""From mask probabilities in boxes to run lengths in the image, without ever pasting a full-size mask.

Shapes: N masks, s x s cells of a mask head's output, images of H x W pixels.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pycocotools import mask as coco_mask
from torch import Tensor


def paste_masks(
    probabilities: NDArray[np.float32],
    boxes: NDArray[np.floating],
    image_shape: tuple[int, int],
    threshold: float = 0.5,
) -> list[Any]:
    """Resample each mask into its box and binarise it there.

    Equal to bilinear pasting into a full image with zeros outside (``mmdet``'s ``_do_paste_mask``) followed by the
    threshold, for thresholds of at least 0.5: outside its box a mask then stays below it. The work grows with the
    area of the boxes, not of the image.

    Args:
        probabilities: (N, s, s) float32 foreground probability per cell, in [0, 1].
        boxes: (N, 4) xyxy, pixels of the image the masks go to.
        image_shape: ``(H, W)`` of that image.
        threshold: Foreground from this probability on, at least 0.5.

    Returns:
        N run-length codes ``{"size": [H, W], "counts": bytes}``; a mask without a pixel gives an empty code.
    """
    height, width = image_shape
    first, last = np.split(np.asarray(boxes, np.float64), 2, axis=1)
    low = np.maximum(np.floor(first), 0).astype(np.intp)
    high = np.minimum(np.ceil(last), (width, height)).astype(np.intp)
    sizes = np.maximum(high - low, 0)
    sizes[sizes.min(axis=1, initial=1) == 0] = 0
    weights_x = _bilinear_weights(low[:, 0], sizes[:, 0], first[:, 0], last[:, 0], probabilities.shape[2])
    weights_y = _bilinear_weights(low[:, 1], sizes[:, 1], first[:, 1], last[:, 1], probabilities.shape[1])
    # All crops one behind the other, column by column; a pixel of background below each column ends its runs.
    behind = np.cumsum(sizes[:, 0] * (sizes[:, 1] + 1))
    pixels = np.zeros(int(behind[-1]) if len(behind) else 0, bool)
    right = bottom = 0
    for probability, end, (columns, rows) in zip(probabilities, behind.tolist(), sizes.tolist(), strict=True):
        left, right, top, bottom = right, right + columns, bottom, bottom + rows
        crop = pixels[end - columns * (rows + 1) : end].reshape(columns, rows + 1)
        resampled = weights_x[left:right] @ (weights_y[top:bottom] @ probability).T
        np.greater_equal(resampled, threshold, out=crop[:, :rows])
    return _run_lengths(pixels, behind, low, sizes[:, 1], height, width)


def _bilinear_weights(
    first: NDArray[np.intp],
    counts: NDArray[np.intp],
    starts: NDArray[np.float64],
    ends: NDArray[np.float64],
    cells: int,
) -> NDArray[np.float32]:
    """Weights of the cells that are spread over a box, along one axis, at the centres of pixels.

    Args:
        first: (N,) first pixel of each box.
        counts: (N,) its pixels.
        starts: (N,) where it begins.
        ends: (N,) where it ends.
        cells: s.

    Returns:
        (counts.sum(), s), box after box; weights sum to less than 1 beyond the centres of the outer cells.
    """
    scale = cells / np.maximum(ends - starts, 1e-6)
    # Cell of pixel i: (i + 0.5 - start) * scale - 0.5
    offset = (first + 0.5 - starts) * scale - 0.5 - (np.cumsum(counts) - counts) * scale
    position = np.arange(counts.sum()) * np.repeat(scale, counts) + np.repeat(offset, counts)
    return np.maximum(0.0, 1.0 - np.abs(position[:, None] - np.arange(cells))).astype(np.float32)


def encode_crop(crop: NDArray[np.bool_], left: int, top: int, height: int, width: int) -> dict[str, Any]:
    """Code a crop, placed at (left, top) of an H x W image, as a run-length code of the image.

    Args:
        crop: (h, w) bool; it lies inside the image.
        left: Column of the image where the crop begins.
        top: Row of the image where the crop begins.
        height: H.
        width: W.
    """
    columns = np.pad(crop.T, ((0, 0), (0, 1)))
    place = np.array([[left, top]])
    return _run_lengths(columns.ravel(), np.array([columns.size]), place, np.array(crop.shape[:1]), height, width)[0]


def _run_lengths(
    pixels: NDArray[np.bool_],
    behind: NDArray[np.intp],
    low: NDArray[np.intp],
    heights: NDArray[np.intp],
    height: int,
    width: int,
) -> list[dict[str, Any]]:
    """Code crops of an H x W image as column-major run lengths.

    Args:
        pixels: (P,) all crops, column by column, each column with a pixel of background below it.
        behind: (N,) where the pixels of each crop end.
        low: (N, 2) image column and row where it begins.
        heights: (N,) its rows.
        height: H.
        width: W.
    """
    edges = np.flatnonzero(np.diff(pixels.view(np.int8), prepend=np.int8(0))).reshape(-1, 2)  # start and end of runs
    crop = np.searchsorted(behind, edges[:, 0], side="right")
    column, row = np.divmod(edges[:, 0] - np.concatenate([[0], behind])[crop], heights[crop] + 1)
    starts = (low[crop, 0] + column) * height + low[crop, 1] + row
    ends = starts + edges[:, 1] - edges[:, 0]
    # A run that ends at the foot of one column where the next begins at its top is one run.
    apart = np.ones(len(starts) + 1, bool)
    apart[1:-1] = (starts[1:] != ends[:-1]) | (crop[1:] != crop[:-1])
    starts, ends, crop = starts[apart[:-1]], ends[apart[1:]], crop[apart[:-1]]
    background = starts.copy()
    background[1:] -= np.where(crop[1:] == crop[:-1], ends[:-1], 0)
    counts = np.stack([background, ends - starts], axis=1).ravel().tolist()
    codes, last = [], 0
    for runs in np.bincount(crop, minlength=len(behind)).tolist():
        own, last = counts[last : last + 2 * runs], last + 2 * runs
        rest = height * width - sum(own)
        uncompressed = {"size": [height, width], "counts": [*own, rest] if rest else own}
        codes.append(coco_mask.frPyObjects(uncompressed, height, width))
    return codes


def region_coverage(region: Tensor, boxes: Tensor) -> Tensor:
    """Share of each box that lies in a region, from one summed-area table.

    Args:
        region: (H, W) bool, for example the union of ignore masks.
        boxes: (N, 4) xyxy in pixels of the region; corners are rounded to whole pixels and clipped to the image.

    Returns:
        (N,) float32 in [0, 1]: pixels of the region inside the box over pixels of the box inside the image, 0 for
        boxes without any.
    """
    height, width = region.shape
    table = torch.nn.functional.pad(region.to(torch.int64).cumsum(0).cumsum(1), (1, 0, 1, 0))
    corners = boxes.round().long()
    x1, x2 = corners[:, 0].clamp(0, width), corners[:, 2].clamp(0, width)
    y1, y2 = corners[:, 1].clamp(0, height), corners[:, 3].clamp(0, height)
    inside = table[y2, x2] - table[y1, x2] - table[y2, x1] + table[y1, x1]
    area = (x2 - x1) * (y2 - y1)
    return torch.where(area > 0, inside / area.clamp(min=1), torch.zeros_like(area, dtype=torch.float32))
