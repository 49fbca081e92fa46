"""Masks carried from the previous frame to this one by optical flow."""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import decode_crop, encode_crop
from mots_plugin.structures import RLE


def warp_masks(masks: Sequence[RLE], flow: NDArray[np.float32]) -> list[RLE]:
    """Warp masks of the previous frame to this frame.

    A pixel ``p`` of this frame is foreground when the previous mask covers ``p - flow(p)``, rounded to a whole pixel.
    As in the official implementation of TrackR-CNN the *forward* flow is looked up at the target pixel, which needs no
    splatting and leaves no holes.

    Args:
        masks: Masks of the previous frame, all of one image size.
        flow: ``(h, w, 2)`` forward flow, as in ``Frame.flow``; the nearest cell is used where it is coarser.

    Returns:
        The masks in this frame, empty where they left the image.
    """
    if not len(masks):
        return []
    height, width = masks[0]["size"]
    rows = ((np.arange(height) + 0.5) * flow.shape[0] / height).astype(np.intp)
    columns = ((np.arange(width) + 0.5) * flow.shape[1] / width).astype(np.intp)
    flow_x, flow_y = np.ascontiguousarray(flow[..., 0]), np.ascontiguousarray(flow[..., 1])
    reach = _reach(flow_x, flow_y)
    return [_warp(mask, flow_x, flow_y, rows, columns, reach) for mask in masks]


def _warp(
    mask: RLE,
    flow_x: NDArray[np.float32],
    flow_y: NDArray[np.float32],
    rows: NDArray[np.intp],
    columns: NDArray[np.intp],
    reach: NDArray[np.int64],
) -> RLE:
    """Warp one mask; ``rows`` and ``columns`` name the flow cell of every image row and column."""
    crop, x0, y0 = decode_crop(mask)
    if not crop.size:
        return mask
    height, width = mask["size"]
    box = np.array([x0, y0, x0 + crop.shape[1], y0 + crop.shape[0]])
    limits = np.array([width, height, width, height])
    # All foreground lies in the box grown by the reach of the flow: first of all flow, then of the flow in that region.
    for _ in range(2):
        left, top, right, bottom = np.clip(box + reach, 0, limits)
        if left >= right or top >= bottom:
            return encode_crop(np.zeros((0, 0), bool), 0, 0, height, width)
        cells = rows[top:bottom, None], columns[left:right]
        motion_x, motion_y = flow_x[cells], flow_y[cells]
        reach = _reach(motion_x, motion_y)
    source_x = np.rint(np.arange(left, right) - motion_x).astype(np.int64) - x0
    source_y = np.rint(np.arange(top, bottom)[:, None] - motion_y).astype(np.int64) - y0
    framed = np.pad(crop, 1)  # one pixel of background all around, to which every source outside the crop is clipped
    warped = framed[
        np.clip(source_y + 1, 0, framed.shape[0] - 1),
        np.clip(source_x + 1, 0, framed.shape[1] - 1),
    ]
    return encode_crop(warped, int(left), int(top), height, width)


def _reach(flow_x: NDArray[np.float32], flow_y: NDArray[np.float32]) -> NDArray[np.int64]:
    """Return how far flow carries the edges (left, top, right, bottom) of a box at most, in whole pixels outward."""
    return np.array(
        [
            math.floor(flow_x.min()),
            math.floor(flow_y.min()),
            math.ceil(flow_x.max()),
            math.ceil(flow_y.max()),
        ]
    )
