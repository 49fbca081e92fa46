"""Overlaps of masks that are held as crops."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import Crop


def crop_iou(a: Sequence[Crop], b: Sequence[Crop]) -> NDArray[np.float64]:
    """Return the ``(len(a), len(b))`` mask IoUs; 0 where both masks are empty.

    Args:
        a: Crops of an image; they need not be tight.
        b: Crops of the same image.
    """
    boxes_a, boxes_b = _boxes(a), _boxes(b)
    low = np.maximum(boxes_a[:, None, :2], boxes_b[:, :2])
    high = np.minimum(boxes_a[:, None, 2:], boxes_b[:, 2:])
    overlaps = np.zeros((len(a), len(b)))
    areas_a, areas_b = ([int(np.count_nonzero(pixels)) for pixels, _, _ in crops] for crops in (a, b))
    rows, columns = np.nonzero((low < high).all(axis=2))
    spans = np.concatenate([low[rows, columns], high[rows, columns]], axis=1).tolist()
    for row, column, (left, top, right, bottom) in zip(rows.tolist(), columns.tolist(), spans, strict=True):
        first, x, y = a[row]
        second, u, v = b[column]
        shared = first[top - y : bottom - y, left - x : right - x] & second[top - v : bottom - v, left - u : right - u]
        count = int(np.count_nonzero(shared))
        if count:
            overlaps[row, column] = count / (areas_a[row] + areas_b[column] - count)
    return overlaps


def _boxes(crops: Sequence[Crop]) -> NDArray[np.int64]:
    """Return ``(N, 4)`` xyxy."""
    boxes = [(x0, y0, x0 + pixels.shape[1], y0 + pixels.shape[0]) for pixels, x0, y0 in crops]
    return np.array(boxes, np.int64).reshape(-1, 4)
