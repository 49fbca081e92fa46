"""Cues from boxes: overlap, overlap by TrackR-CNN's definition, and distance of centres."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.memory import TrackBank


class BoxIoUCue:
    """One minus the intersection over union of the boxes."""

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs in [0, 1]."""
        intersection = _intersections(tracks.boxes, observations.boxes)
        union = _areas(tracks.boxes)[:, None] + _areas(observations.boxes) - intersection
        return 1 - np.divide(intersection, union, out=np.zeros_like(intersection), where=union > 0)


class BoxHullIoUCue:
    """One minus the intersection over the area of the box around both boxes.

    This is what the official implementation of TrackR-CNN computes as "bounding box IoU". Boxes that are shifted along
    both axes cost more than by the common definition.
    """

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs in [0, 1]."""
        a, b = _wide(tracks.boxes)[:, None], _wide(observations.boxes)[None]
        sides = np.maximum(a[..., 2:], b[..., 2:]) - np.minimum(a[..., :2], b[..., :2])
        hull = sides[..., 0] * sides[..., 1]
        intersection = _intersections(tracks.boxes, observations.boxes)
        return 1 - np.divide(intersection, hull, out=np.zeros_like(intersection), where=hull > 0)


class BoxCentreCue:
    """Euclidean distance of the box centres in pixels."""

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs from 0 on."""
        apart = _centres(tracks.boxes)[:, None] - _centres(observations.boxes)[None]
        return np.hypot(apart[..., 0], apart[..., 1])


def _wide(boxes: NDArray[np.float32]) -> NDArray[np.float64]:
    return boxes.astype(np.float64)


def _centres(boxes: NDArray[np.float32]) -> NDArray[np.float64]:
    return (_wide(boxes)[:, :2] + _wide(boxes)[:, 2:]) / 2


def _areas(boxes: NDArray[np.float32]) -> NDArray[np.float64]:
    sides = np.maximum(_wide(boxes)[:, 2:] - _wide(boxes)[:, :2], 0)
    return sides[:, 0] * sides[:, 1]


def _intersections(boxes: NDArray[np.float32], others: NDArray[np.float32]) -> NDArray[np.float64]:
    """Return the ``(T, N)`` shared areas of ``(T, 4)`` and ``(N, 4)`` xyxy boxes."""
    a, b = _wide(boxes)[:, None], _wide(others)[None]
    width = np.minimum(a[..., 2], b[..., 2]) - np.maximum(a[..., 0], b[..., 0])
    height = np.minimum(a[..., 3], b[..., 3]) - np.maximum(a[..., 1], b[..., 1])
    return np.maximum(width, 0) * np.maximum(height, 0)
