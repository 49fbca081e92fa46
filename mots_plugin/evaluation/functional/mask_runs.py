"""Masks of a whole sequence as runs on one axis, so that overlap is interval arithmetic and no pixel is decoded.

Frame ``t`` of a sequence whose images have ``H * W`` pixels occupies the positions ``[t * H * W, (t + 1) * H * W)``,
pixels in COCO's column-major order. A mask is then a set of half-open intervals, two masks share pixels where their
intervals do, and masks of different frames never meet. Every function works on all masks of a sequence at once.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import RLE
from mots_plugin.formats.rle_counts import decode_counts, foreground_runs


@dataclass(frozen=True)
class MaskRuns:
    """Foreground runs of N masks of one sequence, sorted by start.

    Attributes:
        starts: ``(R,)`` int64 first position of each run.
        ends: ``(R,)`` int64 one past its last position.
        rows: ``(R,)`` int64 row of the mask that the run belongs to.
        areas: ``(N,)`` int64 pixels of each mask.
    """

    starts: NDArray[np.int64]
    ends: NDArray[np.int64]
    rows: NDArray[np.int64]
    areas: NDArray[np.int64]

    def select(self, chosen: NDArray[np.bool_]) -> MaskRuns:
        """Return the runs of the chosen masks only; rows and areas keep their numbering.

        Args:
            chosen: ``(N,)`` bool.
        """
        keep = chosen[self.rows]
        return MaskRuns(self.starts[keep], self.ends[keep], self.rows[keep], self.areas)


def decode_runs(masks: Sequence[RLE], frames: NDArray[np.int64], image_size: tuple[int, int]) -> MaskRuns:
    """Lay the masks of a sequence out on one axis.

    Args:
        masks: N masks.
        frames: ``(N,)`` frame of each mask.
        image_size: ``(height, width)`` of every mask, pixels.

    Raises:
        ValueError: A run-length code is malformed, or its runs do not fill the image.
    """
    pixels = image_size[0] * image_size[1]
    counts, offsets = decode_counts([mask["counts"] for mask in masks])
    covered = np.diff(np.concatenate([[0], np.cumsum(counts)])[offsets])
    if np.any(covered != pixels) or np.any(counts < 0):
        raise ValueError("a run-length code does not fill its image")
    starts, ends, rows = foreground_runs(counts, offsets)
    areas = np.bincount(rows, ends - starts, len(masks)).astype(np.int64)
    shift = np.asarray(frames, np.int64)[rows] * pixels
    order = np.argsort(starts + shift, kind="stable")
    return MaskRuns((starts + shift)[order], (ends + shift)[order], rows[order], areas)


def union(runs: MaskRuns) -> MaskRuns:
    """Return the pixels that any mask covers as the disjoint runs of a single mask, row 0."""
    if not len(runs.starts):
        return MaskRuns(runs.starts, runs.ends, runs.rows, np.zeros(1, np.int64))
    reach = np.maximum.accumulate(runs.ends)
    first = np.flatnonzero(np.concatenate([[True], runs.starts[1:] > reach[:-1]]))
    starts = runs.starts[first]
    ends = reach[np.append(first[1:] - 1, len(reach) - 1)]
    return MaskRuns(starts, ends, np.zeros(len(starts), np.int64), np.array([(ends - starts).sum()]))


def are_disjoint(runs: MaskRuns) -> bool:
    """Tell whether no pixel of a frame belongs to two masks."""
    return bool(np.all(runs.starts[1:] >= runs.ends[:-1]))


def intersections(a: MaskRuns, b: MaskRuns) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Count the pixels that the masks of two sets share.

    Args:
        a: Any masks.
        b: Disjoint masks (:func:`are_disjoint`), which the search relies on.

    Returns:
        For every pair of masks that share a pixel: ``(K,)`` row in ``a``, ``(K,)`` row in ``b``, ``(K,)`` shared
        pixels; sorted by row in ``a``, then by row in ``b``.
    """
    first = np.searchsorted(b.ends, a.starts, side="right")
    hits = np.searchsorted(b.starts, a.ends, side="left") - first
    left = np.repeat(np.arange(len(a.starts)), hits)
    right = np.arange(len(left)) + np.repeat(first - (np.cumsum(hits) - hits), hits)
    shared = np.minimum(a.ends[left], b.ends[right]) - np.maximum(a.starts[left], b.starts[right])
    pairs, index = np.unique(a.rows[left] * len(b.areas) + b.rows[right], return_inverse=True)
    row_a, row_b = np.divmod(pairs, max(1, len(b.areas)))
    return row_a, row_b, np.bincount(index, shared, len(pairs)).astype(np.int64)
