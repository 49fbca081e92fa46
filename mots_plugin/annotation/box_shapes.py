"""Masks made of boxes alone: the "+Filling" and "+Ellipse" baselines of the MOTS paper (table 3)."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import RLE, encode_crop


def fill_boxes(boxes: NDArray[np.floating], height: int, width: int) -> list[RLE]:
    """Return each box as its mask: every pixel whose centre it covers.

    Args:
        boxes: ``(N, 4)`` xyxy, right and bottom edges exclusive, pixels; they may reach beyond the image.
        height: Image height, pixels.
        width: Image width, pixels.
    """
    shapes = [(x, y, np.ones((len(y), len(x)), bool)) for x, y in _pixels_inside(boxes, height, width)]
    return [encode_crop(mask, _first(x), _first(y), height, width) for x, y, mask in shapes]


def inscribe_ellipses(boxes: NDArray[np.floating], height: int, width: int) -> list[RLE]:
    """Return the ellipse inscribed in each box as its mask: every pixel whose centre it covers.

    Args:
        boxes: As in :func:`fill_boxes`; an ellipse is that of the whole box, also where the image cuts it off.
        height: Image height, pixels.
        width: Image width, pixels.
    """
    masks = []
    for (x0, y0, x1, y1), (x, y) in zip(boxes, _pixels_inside(boxes, height, width), strict=True):
        across = (2 * (x + 0.5) - x0 - x1) / max(x1 - x0, 1e-9)  # -1 at the left edge, 1 at the right
        down = (2 * (y + 0.5) - y0 - y1) / max(y1 - y0, 1e-9)
        masks.append(encode_crop(across**2 + down[:, None] ** 2 <= 1, _first(x), _first(y), height, width))
    return masks


def _pixels_inside(
    boxes: NDArray[np.floating], height: int, width: int
) -> list[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Return the columns and rows of the image whose centres lie inside each box."""
    edges = np.clip(np.ceil(np.asarray(boxes, np.float64) - 0.5), 0, [width, height, width, height]).astype(np.int64)
    return [(np.arange(x0, x1), np.arange(y0, y1)) for x0, y0, x1, y1 in edges]


def _first(pixels: NDArray[np.int64]) -> int:
    return int(pixels[0]) if len(pixels) else 0
