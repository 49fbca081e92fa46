"""From homographies to polygons on the image plane, in painter's order."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street.camera import NEAR_PLANE

SHIFT = 4
"""Polygon corners are integers in units of ``2**-SHIFT`` pixels, as cv2's drawing functions take them."""


def project_outlines(
    homographies: NDArray[np.float64],
    outlines: NDArray[np.float64],
    corners: NDArray[np.intp],
    image_shape: tuple[int, int],
) -> dict[int, NDArray[np.int32]]:
    """Project the outlines of faces, and drop those out of the image.

    Args:
        homographies: ``(F, 3, 3)`` plane to pixel, third coordinate the depth in metres.
        outlines: ``(F, V, 2)`` plane coordinates, padded.
        corners: ``(F,)`` number of corners of each outline.
        image_shape: ``(height, width)``.

    Returns:
        ``(V, 2)`` fixed-point polygons by face, for the faces that reach into the image.
    """
    height, width = image_shape
    a, b = outlines[..., 0], outlines[..., 1]
    h = homographies[:, :, :, None]
    x, y, depth = (h[:, row, 0] * a + h[:, row, 1] * b + h[:, row, 2] for row in range(3))
    whole = depth.min(1) >= NEAR_PLANE
    safe = np.where(whole[:, None], depth, 1.0)
    pixels = np.stack([x / safe, y / safe], axis=-1)
    low, high = pixels.min(1), pixels.max(1)
    inside = whole & (high[:, 0] > 0) & (high[:, 1] > 0) & (low[:, 0] < width) & (low[:, 1] < height)
    fixed = _fixed(pixels)
    polygons = {int(face): fixed[face, : corners[face]] for face in np.flatnonzero(inside)}
    for face in np.flatnonzero(~whole & (depth.max(1) > NEAR_PLANE)):
        count = corners[face]
        clipped = _clip_near(np.stack([x[face, :count], y[face, :count], depth[face, :count]], axis=1))
        polygons[int(face)] = _fixed(clipped[:, :2] / clipped[:, 2:])
    return polygons


def _fixed(pixels: NDArray[np.float64]) -> NDArray[np.int32]:
    limit = 2.0**20
    return np.clip(np.rint(pixels * (1 << SHIFT)), -limit, limit).astype(np.int32)


def _clip_near(points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Cut a polygon in homogeneous coordinates (x w, y w, w) at the near plane (Sutherland and Hodgman)."""
    kept = []
    for previous, current in zip(np.roll(points, 1, axis=0), points, strict=True):
        if (previous[2] >= NEAR_PLANE) != (current[2] >= NEAR_PLANE):
            share = (NEAR_PLANE - previous[2]) / (current[2] - previous[2])
            kept.append(previous + share * (current - previous))
        if current[2] >= NEAR_PLANE:
            kept.append(current)
    return np.array(kept)


def determinants(matrices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Determinants of ``(F, 3, 3)`` matrices, written out."""
    a, b, c = matrices[:, 0].T
    d, e, f = matrices[:, 1].T
    g, h, i = matrices[:, 2].T
    return a * (e * i - f * h) - b * (d * i - f * g) + c * (d * h - e * g)
