"""Which boxes of a sequence overlap, and by how much, without trying every pair of a frame."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

_CHUNK = 1 << 20
_EPSILON = float(np.finfo(float).eps)
"""Areas up to this count as none, as in trackeval."""


@dataclass(frozen=True)
class BoxOverlaps:
    """The K pairs of boxes, one of each of two sets, that share a frame and an area.

    Pairs ascend by first row, then by second.

    Attributes:
        first: ``(K,)`` int64 row in the first set.
        second: ``(K,)`` int64 row in the second set.
        intersections: ``(K,)`` float64 shared area, above 0.
        first_areas: ``(K,)`` float64 area of the first box.
        second_areas: ``(K,)`` float64 area of the second box.
    """

    first: NDArray[np.int64]
    second: NDArray[np.int64]
    intersections: NDArray[np.float64]
    first_areas: NDArray[np.float64]
    second_areas: NDArray[np.float64]

    @property
    def ious(self) -> NDArray[np.float64]:
        """``(K,)`` intersection over union."""
        return self.intersections / (self.first_areas + self.second_areas - self.intersections)


def box_overlaps(
    first_frames: NDArray[np.int64],
    first_boxes: NDArray[np.float64],
    second_frames: NDArray[np.int64],
    second_boxes: NDArray[np.float64],
) -> BoxOverlaps:
    """Find the overlapping boxes of all frames at once; the arithmetic is trackeval's, so that thresholds fall alike.

    Args:
        first_frames: ``(N,)`` frame of each box of the first set, ascending.
        first_boxes: ``(N, 4)`` xyxy, finite.
        second_frames: ``(M,)`` frame of each box of the second set, ascending.
        second_boxes: ``(M, 4)``.
    """
    firsts, seconds = [np.zeros(0, np.int64)], [np.zeros(0, np.int64)]
    shared = [np.zeros(0)]
    first_areas, second_areas = _areas(first_boxes), _areas(second_boxes)
    for first, second in _neighbours(first_frames, first_boxes, second_frames, second_boxes):
        left = np.maximum(first_boxes[first, 0], second_boxes[second, 0])
        width = np.minimum(first_boxes[first, 2], second_boxes[second, 2]) - left
        wide = width > 0
        first, second, width = first[wide], second[wide], width[wide]
        top = np.maximum(first_boxes[first, 1], second_boxes[second, 1])
        height = np.minimum(first_boxes[first, 3], second_boxes[second, 3]) - top
        area = width * np.maximum(height, 0)
        union = first_areas[first] + second_areas[second] - area
        solid = (first_areas[first] > _EPSILON) & (second_areas[second] > _EPSILON) & (union > _EPSILON) & (area > 0)
        firsts.append(first[solid])
        seconds.append(second[solid])
        shared.append(area[solid])
    first, second, area = np.concatenate(firsts), np.concatenate(seconds), np.concatenate(shared)
    order = np.argsort(first * (len(second_frames) + 1) + second)
    first, second = first[order], second[order]
    return BoxOverlaps(first, second, area[order], first_areas[first], second_areas[second])


def _areas(boxes: NDArray[np.float64]) -> NDArray[np.float64]:
    return (boxes[:, 2] - boxes[:, 0]) * (boxes[:, 3] - boxes[:, 1])


def _neighbours(
    first_frames: NDArray[np.int64],
    first_boxes: NDArray[np.float64],
    second_frames: NDArray[np.int64],
    second_boxes: NDArray[np.float64],
) -> Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]]:
    """Yield, chunk by chunk, the pairs of a frame of which the second box begins near enough to reach the first.

    No second box that overlaps begins right of the first box's right edge, nor further left of its left edge than the
    widest box of the frame reaches. Those in between are neighbours in an order by frame and left edge.
    """
    if not len(first_frames) or not len(second_frames):
        return
    order = np.lexsort((second_boxes[:, 0], second_frames))
    begin = np.searchsorted(second_frames, first_frames)
    end = np.searchsorted(second_frames, first_frames, side="right")
    run_starts = np.flatnonzero(np.append(True, second_frames[1:] != second_frames[:-1]))
    widest = np.maximum.reduceat(second_boxes[:, 2] - second_boxes[:, 0], run_starts)
    run = np.minimum(np.searchsorted(second_frames[run_starts], first_frames), len(run_starts) - 1)

    # One axis for all frames: positions of a frame lie within its own span.
    leftmost = min(first_boxes[:, 0].min(), second_boxes[:, 0].min())
    span = max(first_boxes[:, 2].max(), second_boxes[:, 2].max()) - leftmost + 1.0
    second_positions = (second_frames[order] - second_frames[0]) * span + (second_boxes[order, 0] - leftmost)
    slack = 8 * np.spacing(np.abs(second_positions).max() + span)
    offsets = (first_frames - second_frames[0]) * span - leftmost
    low = np.searchsorted(second_positions, offsets + first_boxes[:, 0] - widest[run] - slack)
    high = np.searchsorted(second_positions, offsets + first_boxes[:, 2] + slack, side="right")
    low, high = np.clip(low, begin, end), np.clip(high, begin, end)

    counts = np.maximum(high - low, 0)
    behind = np.cumsum(counts)
    row = 0
    while row < len(counts):
        done = behind[row - 1] if row else 0
        stop = max(row + 1, int(np.searchsorted(behind, done + _CHUNK, side="right")))
        size = counts[row:stop]
        first = np.repeat(np.arange(row, stop), size)
        within = np.arange(len(first)) - np.repeat(behind[row:stop] - size - done, size)
        yield first, order[np.repeat(low[row:stop], size) + within]
        row = stop
