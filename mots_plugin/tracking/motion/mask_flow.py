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
    # All foreground lies in the box grown by the reach of the flow: of all flow, then of the flow in the grown box.
    for _ in range(3):
        left, top, right, bottom = np.minimum(np.maximum(box + reach, 0), limits).tolist()
        if left >= right or top >= bottom:
            return encode_crop(np.zeros((0, 0), bool), 0, 0, height, width)
        window = slice(rows[top], rows[bottom - 1] + 1), slice(columns[left], columns[right - 1] + 1)
        window_x, window_y = flow_x[window], flow_y[window]
        reach = _reach(window_x, window_y)
    cells = rows[top:bottom] - rows[top], columns[left:right] - columns[left]
    framed = np.pad(crop, 1)  # one pixel of background all around, to which every source outside the crop is clipped
    source_x = _sources(np.arange(left, right), window_x, cells, x0, crop.shape[1])
    source_y = _sources(np.arange(top, bottom)[:, None], window_y, cells, y0, crop.shape[0])
    source_y *= framed.shape[1]
    source_y += source_x
    return encode_crop(framed.ravel().take(source_y.astype(np.intp)), left, top, height, width)


def _sources(
    targets: NDArray[np.intp],
    flow: NDArray[np.float32],
    cells: tuple[NDArray[np.intp], NDArray[np.intp]],
    first: int,
    count: int,
) -> NDArray[np.float64]:
    """Return where pixels come from along one axis, in a crop of ``count`` pixels framed by one of background."""
    sources = targets - flow.take(cells[0], axis=0).take(cells[1], axis=1)
    np.rint(sources, out=sources)
    sources -= first - 1
    np.maximum(sources, 0, out=sources)
    return np.minimum(sources, count + 1, out=sources)


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
