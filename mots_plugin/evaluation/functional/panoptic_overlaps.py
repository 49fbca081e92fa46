"""How two panoptic maps lie upon each other, as a short table: all that any panoptic metric needs to know of a frame.

A metric never sees a pixel. The maps of a frame are walked through once, in runs of pixels that have one truth and one
prediction, which are far fewer than pixels; tables of frames add up to tables of windows and of whole sequences.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.step_png import INSTANCE_BITS, MAX_INSTANCE

Integer = TypeVar("Integer", np.int64, np.uint64)

_HALF = np.int64(32)
_MAX_RUN = 0xFFFF
_BLOCK = 1 << 16  # pixels that are compared at a time, so that they and what is made of them stay in cache


@dataclass(frozen=True)
class PanopticOverlaps:
    """The pixels that segments of the truth share with segments of the prediction; each pixel is in one row.

    Attributes:
        truths: ``(K,)`` int64 panoptic ids of the truth.
        predictions: ``(K,)`` int64 panoptic ids of the prediction.
        pixels: ``(K,)`` int64 numbers of pixels, above 0. No two rows have the same ids; rows ascend by them.
    """

    truths: NDArray[np.int64]
    predictions: NDArray[np.int64]
    pixels: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.pixels)

    @property
    def truth_classes(self) -> NDArray[np.int64]:
        """``(K,)`` class of each row's truth."""
        return self.truths >> INSTANCE_BITS

    @property
    def prediction_classes(self) -> NDArray[np.int64]:
        """``(K,)`` class of each row's prediction."""
        return self.predictions >> INSTANCE_BITS

    def select(self, rows: NDArray[Any]) -> PanopticOverlaps:
        """Return the rows of a mask or of ascending indices."""
        return PanopticOverlaps(self.truths[rows], self.predictions[rows], self.pixels[rows])


def instances_of(ids: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the instances, within their class, of panoptic ids."""
    return ids & MAX_INSTANCE


def count_overlaps(truth: NDArray[np.uint32], prediction: NDArray[np.uint32]) -> PanopticOverlaps:
    """Count the pixels of every pair of segments in one frame.

    Args:
        truth: ``(H, W)`` panoptic ids, as :func:`mots_plugin.formats.step_png.read_step_png` returns them.
        prediction: ``(H, W)`` panoptic ids.

    Raises:
        ValueError: The maps differ in size, or are wider than 65,535 pixels.
    """
    if truth.shape != prediction.shape:
        raise ValueError(f"truth and prediction differ in size: {truth.shape} and {prediction.shape}")
    if truth.shape[1] > _MAX_RUN:
        raise ValueError(f"maps must not be wider than {_MAX_RUN} pixels, as these of {truth.shape[1]} are")
    height, width = truth.shape
    rows = _BLOCK // max(width, 1) + 1
    blocks = [slice(top, top + rows) for top in range(0, max(height, 1), rows)]
    runs = np.concatenate([_runs(truth[block], prediction[block]) for block in blocks])
    runs.sort()
    codes, pixels = _sums_of_sorted(runs >> np.uint64(16), runs & np.uint64(_MAX_RUN))
    return PanopticOverlaps(
        (codes >> 24).astype(np.int64), (codes & 0xFFFFFF).astype(np.int64), pixels.astype(np.int64)
    )


def _runs(truth: NDArray[np.uint32], prediction: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Return truth, prediction and length of each run of pixels along a row, in 24, 24 and 16 bits.

    One number for all three, because to sort numbers takes a quarter of the time to sort their places.
    """
    last_of_run = np.empty(truth.shape, bool)
    last_of_run[:, -1:] = True  # a run ends with its row, so that its length fits into 16 bits
    inner = last_of_run[:, :-1]
    np.not_equal(truth[:, 1:], truth[:, :-1], out=inner)
    inner |= prediction[:, 1:] != prediction[:, :-1]
    ends = np.flatnonzero(last_of_run)
    runs = truth.ravel()[ends].astype(np.uint64)
    runs <<= np.uint64(24)
    runs |= prediction.ravel()[ends]
    runs <<= np.uint64(16)
    runs |= np.diff(ends, prepend=-1).view(np.uint64)
    return runs


def add_overlaps(parts: Iterable[PanopticOverlaps]) -> PanopticOverlaps:
    """Add up tables of several frames; ids mean the same in all of them.

    Args:
        parts: At least one table.
    """
    tables = list(parts)
    truths = np.concatenate([table.truths for table in tables])
    predictions = np.concatenate([table.predictions for table in tables])
    return _add_up(truths << _HALF | predictions, np.concatenate([table.pixels for table in tables]))


def _add_up(codes: NDArray[np.int64], pixels: NDArray[np.int64]) -> PanopticOverlaps:
    ids, sums = group_sums(codes, pixels)
    return PanopticOverlaps(ids >> _HALF, ids & 0xFFFFFFFF, sums)


def group_sums(keys: NDArray[np.int64], values: NDArray[np.int64]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Add up values that have the same key.

    Args:
        keys: ``(N,)``.
        values: ``(N,)``.

    Returns:
        ``(M,)`` keys that occur, ascending, and ``(M,)`` sums.
    """
    order = np.argsort(keys)
    return _sums_of_sorted(keys[order], values[order])


def _sums_of_sorted(keys: NDArray[Integer], values: NDArray[Integer]) -> tuple[NDArray[Integer], NDArray[Integer]]:
    if not len(keys):
        return keys, values
    starts = np.flatnonzero(np.append(True, keys[1:] != keys[:-1]))
    return keys[starts], np.add.reduceat(values, starts)


def sums_by_index(
    index: NDArray[np.int64], values: NDArray[np.int64] | NDArray[np.float64], size: int
) -> NDArray[np.float64]:
    """Add up values that have the same index.

    Args:
        index: ``(N,)``, from 0 to ``size - 1``.
        values: ``(N,)``.
        size: Number of sums.
    """
    return np.asarray(np.bincount(index, values, size), np.float64)


class OverlapSum:
    """Adds up the tables of a sequence as they come; holds one row for each pair of segments, however many frames."""

    def __init__(self) -> None:
        nothing = np.zeros(0, np.int64)
        self._total = PanopticOverlaps(nothing, nothing, nothing)
        self._pending: list[PanopticOverlaps] = []
        self._pending_rows = 0

    def add(self, overlaps: PanopticOverlaps) -> None:
        """Add the table of one frame."""
        self._pending.append(overlaps)
        self._pending_rows += len(overlaps)
        # Adding up only when as much has come as there is keeps the cost a frame constant.
        if self._pending_rows > len(self._total) + 10_000:
            self.total()

    def total(self) -> PanopticOverlaps:
        """Return the sum of all tables so far."""
        if self._pending:
            self._total = add_overlaps([self._total, *self._pending])
            self._pending, self._pending_rows = [], 0
        return self._total
