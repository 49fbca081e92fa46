"""Per-pixel work of the renderer, as pure functions of a map of face numbers.

Elementwise float32 arithmetic and fixed-point interpolation only, so that results agree bit for bit between machines.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street.atlas import LEVELS

_SCALES = np.float32(0.5) ** np.arange(LEVELS, dtype=np.float32)
_BAND = 8192  # pixels
_FRACTION = 32  # cv2.remap interpolates in steps of 1/32 texel


def texture(
    labels: NDArray[np.uint16],
    to_texels: NDArray[np.float64],
    patches: NDArray[np.int64],
    atlas: NDArray[np.uint8],
    level_starts: NDArray[np.int64],
) -> NDArray[np.uint8]:
    """Look up the colour of every pixel.

    Args:
        labels: ``(H, W)`` face of each pixel.
        to_texels: ``(F, 3, 3)`` homographies from pixels to texels of level 0 within the face's patch.
        patches: ``(F, 4)`` left, top, width and height of the patches in level 0.
        atlas: ``(h, w, 3)`` all mipmap levels below each other.
        level_starts: ``(LEVELS,)`` first row of each level.

    Returns:
        ``(H, W, 3)`` uint8.
    """
    table = to_texels.reshape(-1, 9).T.astype(np.float32)
    places = np.ascontiguousarray(patches.T, np.float32)
    starts = level_starts.astype(np.float32)
    whole = np.empty((*labels.shape, 2), np.int16)
    fraction = np.empty(labels.shape, np.uint16)
    for band, x, y in _bands(labels.shape):
        column, row = _atlas_coordinates(labels[band].astype(np.intp), x, y, table, places, starts)
        whole[band, :, 0], whole[band, :, 1] = column >> 5, row >> 5
        fraction[band] = (row & 31) * _FRACTION + (column & 31)
    return cv2.remap(atlas, whole, fraction, cv2.INTER_LINEAR)  # type: ignore[return-value]


def _atlas_coordinates(
    labels: NDArray[np.intp],
    x: NDArray[np.float32],
    y: NDArray[np.float32],
    table: NDArray[np.float32],
    places: NDArray[np.float32],
    starts: NDArray[np.float32],
) -> tuple[NDArray[np.int32], NDArray[np.int32]]:
    """Column and row in the atlas, in the mipmap level that suits each pixel, in 1/32 texels."""
    m = [row.take(labels) for row in table]
    inverse = 1 / (m[6] * x + m[7] * y + m[8])
    u = (m[0] * x + m[1] * y + m[2]) * inverse
    v = (m[3] * x + m[4] * y + m[5]) * inverse
    # Squared texels a pixel, summed over both directions: the derivative of the homography.
    across, down = m[6] * inverse, m[7] * inverse
    u_across, v_across = m[0] * inverse - u * across, m[3] * inverse - v * across
    u_down, v_down = m[1] * inverse - u * down, m[4] * inverse - v * down
    spread = u_across * u_across + v_across * v_across + u_down * u_down + v_down * v_down
    level = np.zeros(labels.shape, np.intp)
    for power in range(1, LEVELS):
        level += spread > 4.0**power
    scale = _SCALES.take(level)
    left, top, width, height = (place.take(labels) for place in places)
    half = np.float32(0.5)
    column = np.minimum(np.maximum(u * scale - half, 0), width * scale - 1) + left * scale
    row = np.minimum(np.maximum(v * scale - half, 0), height * scale - 1) + top * scale + starts.take(level)
    return (column * _FRACTION).astype(np.int32), (row * _FRACTION).astype(np.int32)


def forward_flow(
    labels: NDArray[np.uint16], to_next: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Displacement of the surface that each pixel shows.

    Args:
        labels: ``(H, W)`` face of each pixel.
        to_next: ``(F, 3, 3)`` homographies from pixels of this frame to pixels of the next.

    Returns:
        ``(H, W, 2)`` (dx, dy) in pixels, and ``(H, W)`` bool: false (and flow 0) where the surface gets behind the
        camera.
    """
    table = to_next.reshape(-1, 9).T.astype(np.float32)
    flow = np.empty((*labels.shape, 2), np.float32)
    valid = np.empty(labels.shape, bool)
    for band, x, y in _bands(labels.shape):
        faces = labels[band].astype(np.intp)
        m = [row.take(faces) for row in table]
        depth = m[6] * x + m[7] * y + m[8]  # relative to this frame's
        valid[band] = ahead = depth > 0.02
        inverse = 1 / np.where(ahead, depth, np.float32(1))
        flow[band, :, 0] = np.where(ahead, (m[0] * x + m[1] * y + m[2]) * inverse - x, 0)
        flow[band, :, 1] = np.where(ahead, (m[3] * x + m[4] * y + m[5]) * inverse - y, 0)
    return flow, valid


def soften_edges(image: NDArray[np.uint8], labels: NDArray[np.uint16]) -> NDArray[np.uint8]:
    """Blur the image a little where two faces meet, as a lens does; elsewhere it stays sharp."""
    edges = np.zeros(labels.shape, bool)
    sideways = labels[:, 1:] != labels[:, :-1]
    edges[:, 1:] |= sideways
    edges[:, :-1] |= sideways
    downwards = labels[1:] != labels[:-1]
    edges[1:] |= downwards
    edges[:-1] |= downwards
    blurred = cv2.GaussianBlur(image, (3, 3), 0)
    image = image.copy()
    image[edges] = blurred[edges]
    return image


def _bands(shape: tuple[int, ...]) -> Iterator[tuple[slice, NDArray[np.float32], NDArray[np.float32]]]:
    """Rows of the image in bands whose temporary arrays fit the processor's cache, with their x and y."""
    x = np.arange(shape[1], dtype=np.float32)[None]
    rows = max(1, _BAND // shape[1])
    for top in range(0, shape[0], rows):
        bottom = min(top + rows, shape[0])
        yield slice(top, bottom), x, np.arange(top, bottom, dtype=np.float32)[:, None]
