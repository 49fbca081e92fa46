"""From mask probabilities in boxes to run lengths in the image, without ever pasting a full-size mask.

Shapes: N masks, s x s cells of a mask head's output, images of H x W pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from numpy.typing import NDArray
from pycocotools import mask as coco_mask
from torch import Tensor

Crop = tuple[NDArray[np.bool_], int, int]
"""Part of a mask that holds all of its foreground, ``(h, w)`` bool, and the image column and row where it begins."""


def paste_masks(
    probabilities: NDArray[np.float32],
    boxes: NDArray[np.floating],
    image_shape: tuple[int, int],
    threshold: float = 0.5,
) -> list[Any]:
    """Resample each mask into its box, binarise it there, and code it; see :func:`paste_crops`.

    Returns:
        N run-length codes ``{"size": [H, W], "counts": bytes}``; a mask without a pixel gives an empty code.
    """
    return encode_crops(paste_crops(probabilities, boxes, image_shape, threshold), *image_shape)


def paste_crops(
    probabilities: NDArray[np.float32],
    boxes: NDArray[np.floating],
    image_shape: tuple[int, int],
    threshold: float = 0.5,
) -> list[Crop]:
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
        N crops, each of the pixels that its box touches.
    """
    first, last = np.split(np.asarray(boxes, np.float64), 2, axis=1)
    low = np.maximum(np.floor(first), 0).astype(np.intp)
    high = np.minimum(np.ceil(last), image_shape[::-1]).astype(np.intp)
    sizes = np.maximum(high - low, 0)
    weights_x = _bilinear_weights(low[:, 0], sizes[:, 0], first[:, 0], last[:, 0], probabilities.shape[2])
    weights_y = _bilinear_weights(low[:, 1], sizes[:, 1], first[:, 1], last[:, 1], probabilities.shape[1])
    crops: list[Crop] = []
    right = bottom = 0
    places = np.concatenate([low, sizes], axis=1).tolist()
    for probability, (x0, y0, width, height) in zip(probabilities, places, strict=True):
        left, right, top, bottom = right, right + width, bottom, bottom + height
        resampled = weights_y[top:bottom] @ probability @ weights_x[left:right].T
        crops.append((resampled >= threshold, x0, y0))
    return crops


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


def encode_crop(crop: NDArray[np.bool_], left: int, top: int, height: int, width: int) -> Any:
    """Code one crop, placed at (left, top) of an H x W image; see :func:`encode_crops`."""
    return encode_crops([(crop, left, top)], height, width)[0]


def encode_crops(crops: Sequence[Crop], height: int, width: int) -> list[Any]:
    """Code crops as column-major run-length codes of the image.

    Args:
        crops: N crops inside the image.
        height: H.
        width: W.
    """
    sizes = np.array([(*pixels.shape, x0, y0) for pixels, x0, y0 in crops], np.intp).reshape(-1, 4)
    heights, low = sizes[:, 0], sizes[:, 2:]
    # All crops one behind the other, column by column; a pixel of background below each column ends its runs.
    behind = np.cumsum((heights + 1) * sizes[:, 1])
    pixels = np.zeros(behind[-1] if len(behind) else 0, bool)
    for (crop_pixels, _, _), end in zip(crops, behind.tolist(), strict=True):
        rows, columns = crop_pixels.shape
        pixels[end - (rows + 1) * columns : end].reshape(columns, rows + 1)[:, :rows] = crop_pixels.T
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
