"""Per-pixel work of the renderer, as pure functions of a map of face numbers.

Elementwise float32 arithmetic and fixed-point interpolation only, so that results agree bit for bit between machines.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.toy_street.atlas import LEVELS

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
    x, y = _grid(labels.shape)
    table = to_texels.reshape(-1, 9).T.astype(np.float32)
    m = [np.take(row, labels) for row in table]
    inverse = 1 / (m[6] * x + m[7] * y + m[8])
    u = (m[0] * x + m[1] * y + m[2]) * inverse
    v = (m[3] * x + m[4] * y + m[5]) * inverse
    # Mean squared texels a pixel, over both directions (the derivative of the homography).
    across, down = m[6] * inverse, m[7] * inverse
    steps = (m[0] * inverse - u * across, m[3] * inverse - v * across, m[1] * inverse - u * down, m[4] * inverse - v * down)
    spread = steps[0] * steps[0] + steps[1] * steps[1] + steps[2] * steps[2] + steps[3] * steps[3]
    level = np.zeros(labels.shape, np.uint8)
    for power in range(1, LEVELS):
        level += spread > 4.0**power
    scale = np.take(np.float32(0.5) ** np.arange(LEVELS, dtype=np.float32), level)
    left, top, width, height = (np.take(column, labels) for column in patches.T.astype(np.float32))
    half, start = np.float32(0.5), np.take(level_starts.astype(np.float32), level)
    column = np.minimum(np.maximum(u * scale - half, 0), width * scale - 1) + left * scale
    row = np.minimum(np.maximum(v * scale - half, 0), height * scale - 1) + top * scale + start
    fixed_column, fixed_row = (column * _FRACTION).astype(np.int32), (row * _FRACTION).astype(np.int32)
    whole = np.stack([fixed_column >> 5, fixed_row >> 5], axis=-1).astype(np.int16)
    fraction = ((fixed_row & 31) * _FRACTION + (fixed_column & 31)).astype(np.uint16)
    return cv2.remap(atlas, whole, fraction, cv2.INTER_LINEAR)


def forward_flow(
    labels: NDArray[np.uint16], to_next: NDArray[np.float64]
) -> tuple[NDArray[np.float32], NDArray[np.bool_]]:
    """Displacement of the surface that each pixel shows.

    Args:
        labels: ``(H, W)`` face of each pixel.
        to_next: ``(F, 3, 3)`` homographies from pixels of this frame to pixels of the next.

    Returns:
        ``(H, W, 2)`` (dx, dy) in pixels, and ``(H, W)`` bool, false (with flow 0) where the surface gets behind the camera.
    """
    x, y = _grid(labels.shape)
    table = to_next.reshape(-1, 9).T.astype(np.float32)
    m = [np.take(row, labels) for row in table]
    depth = m[6] * x + m[7] * y + m[8]  # relative to this frame's
    valid = depth > 0.02
    inverse = 1 / np.where(valid, depth, np.float32(1))
    flow = np.empty((*labels.shape, 2), np.float32)
    flow[..., 0] = (m[0] * x + m[1] * y + m[2]) * inverse - x
    flow[..., 1] = (m[3] * x + m[4] * y + m[5]) * inverse - y
    flow[~valid] = 0
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


def _grid(shape: tuple[int, ...]) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    return np.arange(shape[1], dtype=np.float32)[None], np.arange(shape[0], dtype=np.float32)[:, None]
