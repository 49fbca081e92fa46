"""Cues from boxes: overlap, overlap by TrackR-CNN's definition, and distance of centres."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.assignment import CandidatePairs
from mots_plugin.tracking.memory import TrackBank
from mots_plugin.tracking.motion.box_flow import shift_boxes
from mots_plugin.tracking.motion.observation_centric import ObservationCentricFilter

Columns = NDArray[np.float64]
"""``(4, N)`` or, of pairs, ``(4, …)``: x1, y1, x2, y2."""


class _BoxOverlapCue:
    """One minus the intersection of two boxes over a subclass's measure of both.

    Args:
        by_flow: Tracks' boxes are first shifted by the median of the frame's flow inside them.
        last_pixel: Right and bottom edges count as pixels of the box.
    """

    far_cost = 1.0

    def __init__(self, by_flow: bool = False, last_pixel: bool = False) -> None:
        self.by_flow = by_flow
        self.last_pixel = last_pixel

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs in [0, 1].

        Raises:
            ValueError: The frame carries no flow, though boxes are to be shifted by it.
        """
        a, b = self._columns(tracks, observations, frame)
        a = a[:, :, None]
        width = np.minimum(a[2], b[2]) - np.maximum(a[0], b[0])
        height = np.minimum(a[3], b[3]) - np.maximum(a[1], b[1])
        intersection = np.maximum(width, 0) * np.maximum(height, 0)
        whole = self._whole(a, b, intersection)
        return 1 - np.divide(intersection, whole, out=np.zeros_like(intersection), where=whole > 0)

    def near_pairs(self, tracks: TrackBank, observations: Observations, frame: Frame) -> CandidatePairs:
        """Return the pairs that overlap, with their costs; all others cost 1.

        Raises:
            ValueError: As of :meth:`cost`.
        """
        a, b = self._columns(tracks, observations, frame)
        rows, columns, intersection = overlapping_boxes(a, b)
        whole = self._whole(a[:, rows], b[:, columns], intersection)
        return CandidatePairs(rows, columns, 1 - intersection / whole, (a.shape[1], b.shape[1]))

    def _columns(self, tracks: TrackBank, observations: Observations, frame: Frame) -> tuple[Columns, Columns]:
        boxes = tracks.boxes
        if self.by_flow:
            if frame.flow is None:
                raise ValueError(
                    f"{type(self).__name__}: the frame carries no flow; test with a pipeline that loads it"
                )
            boxes = shift_boxes(boxes, frame.flow, frame.image_shape)
        a, b = _columns(boxes), _columns(observations.boxes)
        if self.last_pixel:
            a[2:] += 1
            b[2:] += 1
        return a, b

    def _whole(self, a: Columns, b: Columns, intersection: NDArray[np.float64]) -> NDArray[np.float64]:
        """Return what the intersection is divided by; above 0 where boxes overlap."""
        raise NotImplementedError


class BoxIoUCue(_BoxOverlapCue):
    """One minus the intersection over union of the boxes.

    Args:
        by_flow: Tracks' boxes are first shifted by the median of the frame's flow inside them (MOTS paper, section 6).
        last_pixel: Right and bottom edges count as pixels of the box, which is then one wider and higher; so it is in
            the code of Fast R-CNN, which JDE, FairMOT and ByteTrack measure overlap with.
    """

    def _whole(self, a: Columns, b: Columns, intersection: NDArray[np.float64]) -> NDArray[np.float64]:
        return _areas(a) + _areas(b) - intersection


class LastSeenBoxIoUCue(BoxIoUCue):
    """The same with the box that a track was last seen with, not where the motion model believes it (OCR of OC-SORT).

    Args:
        by_flow: As of :class:`BoxIoUCue`.
        last_pixel: As of :class:`BoxIoUCue`.
    """

    def _columns(self, tracks: TrackBank, observations: Observations, frame: Frame) -> tuple[Columns, Columns]:
        model = tracks.motion_model
        if not isinstance(model, ObservationCentricFilter) or tracks.motion is None:
            raise ValueError("LastSeenBoxIoUCue: needs motion=dict(type='ObservationCentricFilter')")
        return super()._columns(replace(tracks, boxes=model.last_seen_boxes(tracks.motion)), observations, frame)


class BoxHullIoUCue(_BoxOverlapCue):
    """One minus the intersection over the area of the box around both boxes.

    This is what the official implementation of TrackR-CNN computes as "bounding box IoU". Boxes that are shifted along
    both axes cost more than by the common definition.

    Args:
        by_flow: Tracks' boxes are first shifted by the median of the frame's flow inside them (MOTS paper, section 6).
    """

    def _whole(self, a: Columns, b: Columns, intersection: NDArray[np.float64]) -> NDArray[np.float64]:
        return (np.maximum(a[2], b[2]) - np.minimum(a[0], b[0])) * (np.maximum(a[3], b[3]) - np.minimum(a[1], b[1]))


class BoxCentreCue:
    """Euclidean distance of the box centres in pixels."""

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs from 0 on."""
        a, b = _columns(tracks.boxes), _columns(observations.boxes)
        return np.hypot(*((a[:2] + a[2:]) / 2)[:, :, None] - ((b[:2] + b[2:]) / 2)[:, None])


def overlapping_boxes(a: Columns, b: Columns) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Find the pairs of boxes that share an area, in time proportional to the pairs that overlap along x.

    Args:
        a: ``(4, T)`` boxes.
        b: ``(4, N)`` boxes.

    Returns:
        ``(P,)`` rows of ``a``, ``(P,)`` rows of ``b`` and ``(P,)`` shared areas, above 0.
    """
    order_a, order_b = np.argsort(a[0], kind="stable"), np.argsort(b[0], kind="stable")
    a, b = a[:, order_a], b[:, order_b]
    # Of two boxes that overlap, either b begins inside a, or a begins inside b, and not where b does.
    rows_a, rows_b, areas = _beginning_inside(a, b, "left")
    more_b, more_a, more_areas = _beginning_inside(b, a, "right")
    return (
        order_a[np.concatenate([rows_a, more_a])],
        order_b[np.concatenate([rows_b, more_b])],
        np.concatenate([areas, more_areas]),
    )


def _beginning_inside(
    outer: Columns, inner: Columns, side: str
) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.float64]]:
    """Pair every outer box with the inner ones, sorted by x1, whose left edge lies inside it and which overlap it."""
    begin = np.searchsorted(inner[0], outer[0], side)  # type: ignore[call-overload]
    counts = np.maximum(np.searchsorted(inner[0], outer[2], "left") - begin, 0)
    total = np.cumsum(counts)
    columns = np.arange(total[-1] if len(total) else 0) + np.repeat(begin - total + counts, counts)
    height = np.minimum(np.repeat(outer[3], counts), inner[3][columns])
    height -= np.maximum(np.repeat(outer[1], counts), inner[1][columns])
    kept = np.flatnonzero(height > 0)
    rows, columns, height = np.repeat(np.arange(outer.shape[1]), counts)[kept], columns[kept], height[kept]
    width = np.minimum(outer[2][rows], inner[2][columns]) - inner[0][columns]
    kept = np.flatnonzero(width > 0)  # unless the inner box is inside out
    return rows[kept], columns[kept], width[kept] * height[kept]


def _columns(boxes: NDArray[np.float32]) -> Columns:
    return boxes.T.astype(np.float64, order="C")


def _areas(boxes: Columns) -> NDArray[np.float64]:
    return np.maximum(boxes[2] - boxes[0], 0) * np.maximum(boxes[3] - boxes[1], 0)
