"""Masks carried from the previous frame to this one by optical flow."""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import EMPTY_CROP, Crop

Box = tuple[int, int, int, int]
"""Left, top, right, bottom."""


class MaskWarp:
    """Warps masks of the previous frame to this frame.

    A pixel ``p`` of this frame is foreground when the previous mask covers ``p - flow(p)``, the flow being rounded to
    whole pixels. As in the official implementation of TrackR-CNN, whose flow is of whole pixels, the *forward* flow is
    looked up at the target pixel, which needs no splatting and leaves no holes.

    Args:
        flow: ``(h, w, 2)`` forward flow, as in ``Frame.flow``; the nearest cell is used where it is coarser.
        image_shape: ``(height, width)`` of the image.
    """

    def __init__(self, flow: NDArray[np.float32], image_shape: tuple[int, int]) -> None:
        self._shape = height, width = image_shape
        self._flow_x, self._flow_y = np.ascontiguousarray(flow[..., 0]), np.ascontiguousarray(flow[..., 1])
        self._reach = _reach(self._flow_x, self._flow_y)
        if max(-self._reach[0], self._reach[2]) > width or max(-self._reach[1], self._reach[3]) > height:
            # Nothing comes from outside the image, however far.
            self._flow_x, self._flow_y = np.clip(flow[..., 0], -width, width), np.clip(flow[..., 1], -height, height)
            self._reach = _reach(self._flow_x, self._flow_y)
        self._rows = ((np.arange(height) + 0.5) * flow.shape[0] / height).astype(np.intp)  # of cells, for all pixels
        self._columns = ((np.arange(width) + 0.5) * flow.shape[1] / width).astype(np.intp)
        left, top, right, bottom = self._reach
        # The previous frame has a border that no flow leaves, so that one number says where a pixel comes from: its
        # own place less the displacement.
        self._before, self._above = max(right, 0), max(bottom, 0)
        self._stride = self._before + width + max(-left, 0)
        self._previous = np.zeros((self._above + height + max(-top, 0), self._stride), bool)
        self._row_starts = np.arange(self._above, self._above + height)[:, None] * self._stride + self._before
        self._along = np.arange(width)

    def __call__(self, crop: Crop) -> Crop:
        """Return a mask, which lies inside the image, where it is in this frame; its crop is not tight."""
        pixels, x0, y0 = crop
        box = x0, y0, x0 + pixels.shape[1], y0 + pixels.shape[0]
        # All foreground lies in the box grown by the reach of all flow, so in the box grown by that of the flow there.
        window = self._grown(box, self._reach)
        if window is not None:
            window = self._grown(box, _reach(*self._flow(window)))
        if window is None or not pixels.size:
            return EMPTY_CROP
        left, top, right, bottom = window
        rows, columns = self._rows[top:bottom], self._columns[left:right]
        flow_x, flow_y = self._flow(window)
        displacements = np.rint(flow_y).astype(np.intp) * self._stride + np.rint(flow_x).astype(np.intp)
        sources = self._row_starts[top:bottom] + self._along[left:right]
        sources -= displacements.take(rows - rows[0], axis=0).take(columns - columns[0], axis=1)
        y0, x0 = y0 + self._above, x0 + self._before
        place = slice(y0, y0 + pixels.shape[0]), slice(x0, x0 + pixels.shape[1])
        self._previous[place] = pixels
        warped = self._previous.take(sources)
        self._previous[place] = False
        return warped, left, top

    def _flow(self, window: Box) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
        """Return the flow of all cells that a window touches."""
        left, top, right, bottom = window
        rows = slice(self._rows[top], self._rows[bottom - 1] + 1)
        columns = slice(self._columns[left], self._columns[right - 1] + 1)
        return self._flow_x[rows, columns], self._flow_y[rows, columns]

    def _grown(self, box: Box, reach: Box) -> Box | None:
        """Return a box whose edges are moved, cut off at the borders of the image; None if nothing of it is inside."""
        height, width = self._shape
        left, top = max(box[0] + reach[0], 0), max(box[1] + reach[1], 0)
        right, bottom = min(box[2] + reach[2], width), min(box[3] + reach[3], height)
        return (left, top, right, bottom) if left < right and top < bottom else None


def _reach(flow_x: NDArray[np.float32], flow_y: NDArray[np.float32]) -> Box:
    """Return how far flow carries each edge of a box at most, in whole pixels to the right and downward."""
    return math.floor(flow_x.min()), math.floor(flow_y.min()), math.ceil(flow_x.max()), math.ceil(flow_y.max())
