"""How many pixels the masks of each frame share, for all masks of a sequence at once and without decoding a pixel.

COCO's run-length code goes down the columns, so a mask is, column by column, a few vertical spans: nearly always one.
The first span of each column makes a layer of the mask, the second spans make another, and so on; a layer is a table
of one span a column, cut into blocks of neighbouring columns. Two masks are compared block by block: the common part
of two spans is the lower of their bottoms less the higher of their tops, for which a processor has instructions that
take whole blocks. No loop runs over masks, or over single frames.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import RLE
from mots_plugin.formats.rle_counts import foreground_boundaries
from mots_plugin.formats.text_masks import codes_of

_BATCH = 1000
"""Masks taken at once, or a few more: enough for array arithmetic to pay, few enough for the processor's cache."""

_WORKSPACE = 30 * 2**20
"""Bytes that glibc is to keep for reuse; more than 32 MiB it never keeps."""

_COLUMNS = 16
"""Columns of a block, the first of them a multiple of this number."""

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
class _Layers:
    """Masks that have at most one span in each column: L layers in B blocks.

    Attributes:
        owner: ``(L,)`` the mask that each is a layer of.
        left: ``(L,)`` first column.
        right: ``(L,)`` last column.
        first_block: ``(L,)`` place of the layer's first block; the others follow.
        blocks: ``(B, 2 * _COLUMNS)`` unsigned, for each column of a block: half of all that the type can hold less the
            top of its span, and the bottom; both 0 where there is no span. So of two spans the lower numbers are those
            of their common part, which is as high as their sum is above that half.
    """

    owner: NDArray[np.int64]
    left: Integers
    right: Integers
    first_block: NDArray[np.int64]
    blocks: NDArray[np.uint16] | NDArray[np.uint32]


def mask_overlaps(masks: Sequence[RLE], frames: NDArray[np.int64], image_size: tuple[int, int]) -> MaskOverlaps:
    """Count the pixels that masks share.

    Args:
        masks: N masks.
        frames: ``(N,)`` frame of each; masks of different frames are not compared.
        image_size: ``(height, width)`` of every mask, pixels.

    Raises:
        ValueError: A run-length code is malformed, or its runs do not fill the image.
    """
    # Until it has seen a large array freed, glibc hands arrays back to the system and gets them anew, page by page: a
    # quarter of the time here. This array costs nothing, for no page of it is touched.
    np.empty(_WORKSPACE, np.uint8)
    areas = np.zeros(len(masks), np.int64)
    nothing = np.zeros(0, np.int64)
    found = [(nothing, nothing, nothing)]
    order = np.argsort(frames, kind="stable")
    frames = frames[order]
    edges = [*np.searchsorted(frames, frames[::_BATCH]).tolist(), len(frames)]  # whole frames
    for begin, stop in zip(edges[:-1], edges[1:], strict=True):
        if begin == stop:
            continue
        batch = order[begin:stop]
        strings = codes_of(masks, batch)
        areas[batch], first, second, pixels = _overlaps_of_batch(strings, frames[begin:stop], image_size)
        first, second = batch[first], batch[second]
        found.append((np.minimum(first, second), np.maximum(first, second), pixels))
    return MaskOverlaps(areas, *(np.concatenate(column) for column in zip(*found, strict=True)))


def _overlaps_of_batch(
    strings: Sequence[bytes], frames: NDArray[np.int64], image_size: tuple[int, int]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return areas, and rows and shared pixels of the pairs, for a part of the masks (see :class:`MaskOverlaps`)."""
    height, width = image_size
    starts, ends, runs = foreground_boundaries(strings, height * width)
    areas = np.zeros(len(strings), np.int64)
    filled = np.flatnonzero(runs)  # empty masks have no columns
    if not len(filled):
        return areas, filled, filled, filled
    runs = runs[filled]
    areas[filled] = np.add.reduceat(ends - starts, np.cumsum(runs) - runs, dtype=np.int32)
    layers = _layers(*_spans(starts, ends, runs, height), filled, height)
    first, second = _pairs_of_common_columns(frames, layers, width)
    pixels = _shared_pixels(layers, first, second)
    meet = np.flatnonzero(pixels)
    a, b = layers.owner[first[meet]], layers.owner[second[meet]]
    pair = np.minimum(a, b) * len(strings) + np.maximum(a, b)
    order = np.argsort(pair)
    begin = np.flatnonzero(_changes(pair[order]))
    pairs = pair[order[begin]]  # of masks, not of their layers
    pixels = np.add.reduceat(pixels[meet[order]], begin) if len(begin) else meet
    return areas, pairs // len(strings), pairs % len(strings), pixels


def _spans(
    starts: Integers, ends: Integers, runs: NDArray[np.int64], height: int
) -> tuple[Integers, Integers, Integers, NDArray[np.int64]]:
    """Cut runs at the ends of columns.

    Args:
        starts: ``(R,)`` first pixel of each run, column-major, mask after mask, ascending within a mask.
        ends: ``(R,)`` one past its last pixel; an empty run lies within the columns of the others.
        runs: ``(N,)`` runs of each mask, at least one.
        height: Image height.

    Returns:
        ``(S,)`` column, top and bottom of each span, and ``(N,)`` spans of each mask.
    """
    column = starts // height
    top, bottom = starts - column * height, ends - column * height
    beyond = bottom > height
    if not beyond.any():
        return column, top, bottom, runs
    columns = np.where(beyond, (ends - 1) // height - column + 1, 1)
    run = np.repeat(np.arange(len(starts)), columns)
    column = column[run] + np.arange(len(run)) - np.repeat(np.cumsum(columns) - columns, columns)
    top, bottom = np.maximum(starts[run] - column * height, 0), np.minimum(ends[run] - column * height, height)
    return column, top, bottom, np.add.reduceat(columns, np.cumsum(runs) - runs)


def _layers(
    column: Integers, top: Integers, bottom: Integers, spans: NDArray[np.int64], owner: NDArray[np.int64], height: int
) -> _Layers:
    """Sort spans into layers.

    Args:
        column: ``(S,)`` column of each span, mask after mask, ascending within a mask.
        top: ``(S,)`` its top row.
        bottom: ``(S,)`` one below its bottom row.
        spans: ``(N,)`` spans of each mask, at least one.
        owner: ``(N,)`` number of each mask.
        height: Image height.
    """
    last = np.cumsum(spans) - 1
    same = column[1:] == column[:-1]
    same[last[:-1]] = False
    repeated = np.flatnonzero(same) + 1
    further, mask, further_spans = _sort_further_spans(repeated[bottom[repeated] > top[repeated]], column, last)
    end = np.cumsum(further_spans)
    left = np.concatenate([column[last - spans + 1], column[further[end - further_spans]]])
    right = np.concatenate([column[last], column[further[end - 1]]])
    left_block = left // _COLUMNS
    blocks = right // _COLUMNS - left_block + 1
    first_block = np.cumsum(blocks) - blocks
    origin = (first_block - left_block) * _COLUMNS
    types: tuple[Any, Any, int] = (np.uint16, np.int32, 16) if height < 2**15 else (np.uint32, np.int64, 32)
    row_type, span_type, bits = types
    span = bottom.astype(span_type) << bits  # both in one number, to be moved at once
    span -= top
    span += np.iinfo(row_type).max // 2
    table = np.zeros(int(blocks.sum()) * _COLUMNS, span_type)
    place = np.repeat(origin[: len(spans)], spans) + column
    table[place] = span
    covered = repeated[::-1] - 1  # of several spans in a column, the last written is in the table, not the first
    table[place[covered]] = span[covered]
    table[np.repeat(origin[len(spans) :], further_spans) + column[further]] = span[further]
    return _Layers(
        owner=np.concatenate([owner, owner[mask]]),
        left=left,
        right=right,
        first_block=first_block,
        blocks=table.view(row_type).reshape(-1, 2 * _COLUMNS),
    )


def _sort_further_spans(
    further: NDArray[np.int64], column: Integers, last: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Make a layer of the second spans in the columns of a mask, of the third spans, and so on.

    Args:
        further: ``(F,)`` spans that are not the first in their column, ascending.
        column: ``(S,)`` column of each span.
        last: ``(N,)`` last span of each mask.

    Returns:
        The F spans, layer after layer, by column; and for each layer its mask and the number of its spans.
    """
    mask = np.searchsorted(last, further)
    count = np.arange(len(further))
    number = count - np.maximum.accumulate(np.where(_changes(mask) | _changes(column[further]), count, 0))
    layer = mask * len(column) + number
    order = np.argsort(layer, kind="stable")
    begin = np.flatnonzero(_changes(layer[order]))
    return further[order], mask[order[begin]], np.append(begin[1:], len(further)) - begin


def _changes(values: Integers) -> NDArray[np.bool_]:
    """Return which values differ from the one before; the first does."""
    changes = np.ones(len(values), bool)
    np.not_equal(values[1:], values[:-1], out=changes[1:])
    return changes


def _pairs_of_common_columns(
    frames: NDArray[np.int64], layers: _Layers, width: int
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the pairs of layers that have columns in common, of two masks of a frame."""
    line = frames[layers.owner] * width  # all frames side by side
    begin, end = line + layers.left, line + layers.right
    order = np.argsort(begin, kind="stable")
    # In this order, those that begin before a layer ends follow it directly.
    partners = np.searchsorted(begin[order], end[order], side="right") - np.arange(1, len(order) + 1)
    a = np.repeat(np.arange(len(order)), partners)
    b = a + 1 + np.arange(len(a)) - np.repeat(np.cumsum(partners) - partners, partners)
    a, b = order[a], order[b]
    apart = layers.owner[a] != layers.owner[b]
    return a[apart], b[apart]


def _shared_pixels(layers: _Layers, a: NDArray[np.int64], b: NDArray[np.int64]) -> NDArray[np.int64]:
    """Return the ``(K,)`` pixels that K pairs of layers share, which have columns in common."""
    if not len(a):
        return np.zeros(0, np.int64)
    first_a, first_b = layers.left[a] // _COLUMNS, layers.left[b] // _COLUMNS
    first = np.maximum(first_a, first_b)
    blocks = np.minimum(layers.right[a], layers.right[b]) // _COLUMNS - first + 1
    begin = np.cumsum(blocks) - blocks
    step = np.arange(int(blocks.sum()))
    of_a = step + np.repeat(layers.first_block[a] - first_a + first - begin, blocks)
    of_b = step + np.repeat(layers.first_block[b] - first_b + first - begin, blocks)
    common = np.take(layers.blocks, of_a, axis=0)
    np.minimum(common, np.take(layers.blocks, of_b, axis=0), out=common)
    half = np.iinfo(common.dtype).max // 2
    rows = np.maximum(common[:, 0::2] + common[:, 1::2], half)
    # As a product with ones, which is the fastest way to add up; exact, as the sums are below 2**24 or 2**53.
    precision = np.float32 if rows.dtype == np.uint16 else np.float64
    pixels = rows.astype(precision) @ np.ones(_COLUMNS, precision) - precision(half * _COLUMNS)
    return np.add.reduceat(pixels, begin, dtype=np.float64).astype(np.int64)
