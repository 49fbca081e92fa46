"""How many pixels the masks of each frame share, for all masks of a sequence at once and without decoding a pixel.

COCO's run-length code goes down the columns, so a mask is, column by column, a few vertical spans: nearly always one.
The first span of every column goes into a table over (mask, column), in which two masks are compared by slices;
further spans of a column are few, and are compared one by one. No loop runs over masks, or over single frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.mask_boundaries import foreground_boundaries
from mots_plugin.formats.rle import RLE

_BLOCK = 1000
"""Masks taken at once, or a few more: enough for array arithmetic to pay, few enough for the processor's cache."""

Integers = NDArray[np.int32] | NDArray[np.int64]


@dataclass(frozen=True)
class MaskOverlaps:
    """Areas of N masks, and the K pairs of masks of one frame that share pixels.

    Attributes:
        areas: ``(N,)`` int64 pixels.
        first: ``(K,)`` int64 row of one mask of each pair.
        second: ``(K,)`` int64 row of the other, larger than ``first``.
        pixels: ``(K,)`` int64 pixels that they share, at least one.
    """

    areas: NDArray[np.int64]
    first: NDArray[np.int64]
    second: NDArray[np.int64]
    pixels: NDArray[np.int64]


@dataclass(frozen=True)
class _Spans:
    """Vertical spans of the masks.

    ``top`` and ``bottom`` hold the first span of every column from ``left`` to ``right`` of each mask, those of mask
    ``i`` from ``origin[i]`` on; (0, 0) where a column within is empty. ``extra_…`` are the other spans, by place in
    that table.
    """

    left: Integers
    right: Integers
    upper: Integers
    lower: Integers
    origin: Integers
    top: Integers
    bottom: Integers
    extra_place: Integers
    extra_mask: Integers
    extra_top: Integers
    extra_bottom: Integers


def mask_overlaps(masks: Sequence[RLE], frames: NDArray[np.int64], image_size: tuple[int, int]) -> MaskOverlaps:
    """Count the pixels that masks share.

    Args:
        masks: N masks.
        frames: ``(N,)`` frame of each; masks of different frames are not compared.
        image_size: ``(height, width)`` of every mask, pixels.

    Raises:
        ValueError: A run-length code is malformed, or its runs do not fill the image.
    """
    areas = np.zeros(len(masks), np.int64)
    nothing = np.zeros(0, np.int64)
    found = [(nothing, nothing, nothing)]
    order = np.argsort(frames, kind="stable")
    frames = frames[order]
    edges = [*np.searchsorted(frames, frames[::_BLOCK]).tolist(), len(frames)]  # whole frames
    for begin, stop in zip(edges[:-1], edges[1:], strict=True):
        if begin == stop:
            continue
        block = order[begin:stop]
        strings = [masks[row]["counts"] for row in block.tolist()]
        areas[block], first, second, pixels = _overlaps_of_block(strings, frames[begin:stop], image_size)
        found.append((np.minimum(block[first], block[second]), np.maximum(block[first], block[second]), pixels))
    return MaskOverlaps(areas, *(np.concatenate(column) for column in zip(*found, strict=True)))


def _overlaps_of_block(
    strings: Sequence[bytes], frames: NDArray[np.int64], image_size: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return areas, and rows and shared pixels of the pairs, for a part of the masks (see :class:`MaskOverlaps`)."""
    height, width = image_size
    starts, ends, runs = foreground_boundaries(strings, height * width)
    # reduceat takes an empty part for its first element: sum over what there is.
    areas = np.zeros(len(strings), np.int64)
    some = np.flatnonzero(runs)
    areas[some] = np.add.reduceat(ends - starts, (np.cumsum(runs) - runs)[some]) if len(some) else 0
    filled = np.flatnonzero(areas)  # empty masks have no columns
    if not len(filled):
        return areas, filled, filled, filled
    if len(filled) < len(some):
        kept = np.repeat(areas > 0, runs)
        starts, ends = starts[kept], ends[kept]
    spans = _spans(starts, ends, runs[filled], height)
    first, second = _pairs_whose_boxes_meet(frames[filled], spans, width)
    pixels = _shared_by_first_spans(spans, first, second) + _shared_by_extra_spans(spans, first, second)
    meet = pixels > 0
    return areas, filled[first[meet]], filled[second[meet]], pixels[meet]


def _spans(starts: Integers, ends: Integers, runs: NDArray[np.int64], height: int) -> _Spans:
    """Sort runs into columns.

    Args:
        starts: ``(R,)`` first pixel of each run, column-major, mask after mask, ascending within a mask.
        ends: ``(R,)`` one past its last pixel; an empty run lies within the columns of the others.
        runs: ``(N,)`` runs of each mask, at least one.
        height: Image height.
    """
    column = starts // height
    beyond = ends - column * height > height
    if beyond.any():  # a run that goes on into the next column
        columns = np.where(beyond, (ends - 1) // height - column + 1, 1)
        run = np.repeat(np.arange(len(starts)), columns)
        column = column[run] + np.arange(len(run)) - np.repeat(np.cumsum(columns) - columns, columns)
        starts, ends = np.maximum(starts[run], column * height), np.minimum(ends[run], (column + 1) * height)
        runs = np.add.reduceat(columns, np.cumsum(runs) - runs)
    top = starts - column * height
    bottom = ends - starts + top
    last = np.cumsum(runs) - 1
    first = last - runs + 1
    left, right = column[first], column[last]
    widths = right - left + 1
    origin = np.cumsum(widths) - widths
    place = np.repeat(origin - left, runs) + column
    tops = np.zeros(int(widths.sum()), top.dtype)
    bottoms = np.zeros_like(tops)
    # Of several values for one place the last written stays, hence backwards: the first span of a column.
    tops[place[::-1]], bottoms[place[::-1]] = top[::-1], bottom[::-1]
    extra = np.flatnonzero(place[1:] == place[:-1]) + 1
    extra = extra[bottom[extra] > top[extra]]
    return _Spans(
        left=left,
        right=right,
        upper=np.minimum.reduceat(top, first),
        lower=np.maximum.reduceat(bottom, first),
        origin=origin,
        top=tops,
        bottom=bottoms,
        extra_place=place[extra],
        extra_mask=np.searchsorted(last, extra),
        extra_top=top[extra],
        extra_bottom=bottom[extra],
    )


def _pairs_whose_boxes_meet(
    frames: NDArray[np.int64], spans: _Spans, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of masks of a frame whose bounding boxes overlap, the smaller row first."""
    begin = frames * width + spans.left
    order = np.argsort(begin, kind="stable")
    # In this order, those that begin before a mask ends follow it directly.
    behind = np.searchsorted(begin[order], (frames * width + spans.right)[order], side="right")
    partners = behind - np.arange(len(order)) - 1
    a = np.repeat(np.arange(len(order)), partners)
    b = a + 1 + np.arange(len(a)) - np.repeat(np.cumsum(partners) - partners, partners)
    a, b = order[a], order[b]
    meet = np.flatnonzero((spans.upper[a] < spans.lower[b]) & (spans.upper[b] < spans.lower[a]))
    a, b = a[meet], b[meet]
    return np.minimum(a, b), np.maximum(a, b)


def _shared_by_first_spans(spans: _Spans, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ``(K,)`` pixels that the first spans of common columns share, for K pairs of masks."""
    if not len(a):
        return np.zeros(0, np.int64)
    left = np.maximum(spans.left[a], spans.left[b])
    columns = np.minimum(spans.right[a], spans.right[b]) - left + 1
    begin = np.cumsum(columns) - columns
    step = np.arange(int(columns.sum()))
    at_a = step + np.repeat(spans.origin[a] - spans.left[a] + left - begin, columns)
    at_b = step + np.repeat(spans.origin[b] - spans.left[b] + left - begin, columns)
    shared = np.minimum(spans.bottom[at_a], spans.bottom[at_b]) - np.maximum(spans.top[at_a], spans.top[at_b])
    return np.add.reduceat(np.maximum(shared, 0), begin).astype(np.int64)


def _shared_by_extra_spans(spans: _Spans, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ``(K,)`` pixels that extra spans share with first spans and with each other, for K pairs of masks."""
    pixels = np.zeros(len(a))
    if not len(spans.extra_place) or not len(a):
        return pixels.astype(np.int64)
    masks = len(spans.left)
    has_extra = np.zeros(len(spans.top), bool)
    has_extra[spans.extra_place] = True
    for own, other in ((a, b), (b, a)):
        # Each extra span of ``own`` with the column that it has in ``other``.
        order = np.argsort(own, kind="stable")
        partners = np.bincount(own, minlength=masks)
        begin = np.cumsum(partners) - partners
        repeats = partners[spans.extra_mask]
        extra = np.repeat(np.arange(len(repeats)), repeats)
        offset = np.arange(len(extra)) - np.repeat(np.cumsum(repeats) - repeats, repeats)
        pair = order[begin[spans.extra_mask[extra]] + offset]
        mask = other[pair]
        column = (spans.extra_place - spans.origin[spans.extra_mask] + spans.left[spans.extra_mask])[extra]
        common = np.flatnonzero((column >= spans.left[mask]) & (column <= spans.right[mask]))
        extra, pair, mask = extra[common], pair[common], mask[common]
        place = spans.origin[mask] + column[common] - spans.left[mask]
        top, bottom = spans.extra_top[extra], spans.extra_bottom[extra]
        shared = np.minimum(bottom, spans.bottom[place]) - np.maximum(top, spans.top[place])
        pixels += np.bincount(pair, np.maximum(shared, 0), len(a))
        if own is a:  # two extra spans meet once, not once in each direction
            both = np.flatnonzero(has_extra[place])
            begin_b = np.searchsorted(spans.extra_place, place[both])
            rivals = np.searchsorted(spans.extra_place, place[both], side="right") - begin_b
            left = np.repeat(both, rivals)
            right = np.arange(len(left)) + np.repeat(begin_b - np.cumsum(rivals) + rivals, rivals)
            shared = np.minimum(bottom[left], spans.extra_bottom[right]) - np.maximum(top[left], spans.extra_top[right])
            pixels += np.bincount(pair[left], np.maximum(shared, 0), len(a))
    return pixels.astype(np.int64)
