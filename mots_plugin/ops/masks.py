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
    boxes: NDArray[np.float32],
    image_shape: tuple[int, int],
    threshold: float = 0.5,
) -> list[Any]:
    """Resample each mask into its box and binarise it there.

    Equal to bilinear pasting into a full image with zeros outside (``mmdet``'s ``_do_paste_mask``) followed by the
    threshold, for thresholds of at least 0.5: outside its box a mask then stays below it. The work grows with the
    area of the boxes, not of the image.

    Args:
        probabilities: (N, s, s) float32 foreground probability per cell, in [0, 1].
        boxes: (N, 4) float32 xyxy, pixels of the image the masks go to.
        image_shape: ``(H, W)`` of that image.
        threshold: Foreground from this probability on, at least 0.5.

    Returns:
        N run-length codes ``{"size": [H, W], "counts": bytes}``; a mask without a pixel gives an empty code.
    """
    height, width = image_shape
    codes = []
    for probability, (x1, y1, x2, y2) in zip(probabilities, boxes, strict=True):
        left, right = max(int(np.floor(x1)), 0), min(int(np.ceil(x2)), width)
        top, bottom = max(int(np.floor(y1)), 0), min(int(np.ceil(y2)), height)
        if left >= right or top >= bottom:
            codes.append(encode_crop(np.zeros((0, 0), bool), 0, 0, height, width))
            continue
        columns = _bilinear_weights(np.arange(left, right), x1, x2, probability.shape[1])
        rows = _bilinear_weights(np.arange(top, bottom), y1, y2, probability.shape[0])
        crop = rows @ probability @ columns.T >= threshold
        codes.append(encode_crop(crop, left, top, height, width))
    return codes


def _bilinear_weights(pixels: NDArray[np.intp], start: float, end: float, cells: int) -> NDArray[np.float32]:
    """Weights (P, cells) that sample cells spread over [start, end) at pixel centres, zero beyond the outer cells."""
    position = ((pixels + 0.5 - start) / max(end - start, 1e-6) * cells - 0.5)[:, None]
    return np.maximum(0.0, 1.0 - np.abs(position - np.arange(cells))).astype(np.float32)


def encode_crop(crop: NDArray[np.bool_], left: int, top: int, height: int, width: int) -> dict[str, Any]:
    """Code a crop, placed at (left, top) of an H x W image, as a run-length code of the image.

    Args:
        crop: (h, w) bool; it lies inside the image.
        left: Column of the image where the crop begins.
        top: Row of the image where the crop begins.
        height: H.
        width: W.
    """
    framed = np.pad(crop.T, ((0, 0), (1, 1))).astype(np.int8)
    column, edge = np.nonzero(np.diff(framed, axis=1))  # edges alternate: run start, run end (exclusive)
    edges = (left + column) * height + top + edge
    # A run that ends at the foot of one column where the next begins at its top is one run.
    joined = np.flatnonzero(edges[1:-1:2] == edges[2::2]) * 2 + 1
    edges = np.delete(edges, np.concatenate([joined, joined + 1]))
    counts = np.diff(np.concatenate([[0], edges, [height * width]]))
    return coco_mask.frPyObjects({"size": [height, width], "counts": counts.tolist()}, height, width)


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
