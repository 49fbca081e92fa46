"""Polygons, as annotation tools have them, from and to run-length coded masks.

Coordinates are continuous pixels: a pixel in column x and row y covers [x, x + 1) x [y, y + 1), so the mask of one
whole pixel is the square (x, y), (x + 1, y), (x + 1, y + 1), (x, y + 1).
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pycocotools.mask as coco_mask
from numpy.typing import NDArray

from mots_plugin.formats.rle import RLE, decode_crop

# Unit steps along the edges of pixels: right, down, left, up.
_STEPS = np.array([[1, 0], [0, 1], [-1, 0], [0, -1]])


def polygons_to_rle(
    polygons: Sequence[NDArray[np.floating] | Sequence[Sequence[float]]], height: int, width: int
) -> RLE:
    """Fill polygons, as COCO does.

    Args:
        polygons: At least one, each ``(P, 2)`` x and y of at least three corners; their union is the mask. What lies
            outside the image is cut off.
        height: Image height, pixels.
        width: Image width, pixels.

    Raises:
        ValueError: No polygon, or one of less than three corners, or with a number that is not finite.
    """
    if not len(polygons):
        raise ValueError("no polygon")
    flat = []
    for polygon in polygons:
        corners = np.asarray(polygon, np.float64)
        if corners.ndim != 2 or corners.shape[1] != 2 or len(corners) < 3:
            raise ValueError("a polygon needs three corners of two numbers each")
        if not np.isfinite(corners).all():
            raise ValueError("a corner is not finite")
        # One image beyond the border is as good as infinity, and fits the integers of the code that fills.
        flat.append(np.clip(corners, [-width, -height], [2 * width, 2 * height]).ravel().tolist())
    return coco_mask.merge(coco_mask.frPyObjects(flat, height, width))


def rle_to_polygons(rle: RLE, tolerance: float = 0.0) -> list[NDArray[np.float64]]:
    """Trace the outlines of a mask along the edges of its pixels.

    Holes are not told: a polygon has none. Parts that touch at a corner only are polygons of their own.

    Args:
        rle: The mask.
        tolerance: Corners are left out as long as the outline moves by no more, pixels; 0 keeps every corner, and
            filling the polygons gives the mask back, its holes closed.

    Returns:
        One ``(P, 2)`` polygon a part, in order of the first row; none for an empty mask.
    """
    crop, x0, y0 = decode_crop(rle)
    outlines = [outline.astype(np.float64) for outline in _trace(crop) if _signed_area(outline) > 0]
    if tolerance > 0:
        import cv2

        simpler = (
            cv2.approxPolyDP(outline.astype(np.float32), tolerance, True)[:, 0].astype(np.float64)
            for outline in outlines
        )
        # What a coarse tolerance would make a line of stays as it is.
        outlines = [few if len(few) > 2 else full for few, full in zip(simpler, outlines, strict=True)]
    return [outline + (x0, y0) for outline in outlines]


def _trace(mask: NDArray[np.bool_]) -> list[NDArray[np.int64]]:
    """Return closed outlines, corners only: clockwise (y down) around parts, counter-clockwise around holes."""
    height, width = mask.shape
    padded = np.pad(mask, 1)
    inside = padded[1:-1, 1:-1]
    outside = (padded[:-2, 1:-1], padded[1:-1, 2:], padded[2:, 1:-1], padded[1:-1, :-2])  # above, right, below, left
    first_corner = np.array([[0, 0], [1, 0], [1, 1], [0, 1]])  # of the edge that is walked with the pixel on the right
    starts, directions = [], []
    for direction, neighbour in enumerate(outside):
        rows, columns = np.nonzero(inside & ~neighbour)
        starts.append(np.stack([columns, rows], axis=1) + first_corner[direction])
        directions.append(np.full(len(rows), direction))
    start, heading = np.concatenate(starts), np.concatenate(directions)
    edge_at = np.full((height + 1, width + 1, 4), -1)
    edge_at[start[:, 1], start[:, 0], heading] = np.arange(len(start))
    # At an edge's end a right turn comes first: it stays with the same pixel where two meet at a corner.
    end = start + _STEPS[heading]
    onward = np.stack([edge_at[end[:, 1], end[:, 0], (heading + turn) % 4] for turn in (1, 0, 3)])
    follower = onward[(onward >= 0).argmax(axis=0), np.arange(len(start))]
    turns = heading[follower] != heading

    outlines, seen = [], np.zeros(len(start), bool)
    for first in np.lexsort((start[:, 0], start[:, 1])):
        loop, edge = [], first
        while not seen[edge]:
            seen[edge] = True
            if turns[edge]:
                loop.append(end[edge])
            edge = follower[edge]
        if loop:
            outlines.append(np.array(loop))
    return outlines


def _signed_area(outline: NDArray[np.int64]) -> float:
    x, y = outline.T
    return float(np.sum(x * np.roll(y, -1) - np.roll(x, -1) * y)) / 2
