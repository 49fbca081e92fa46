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
from mots_plugin.formats.rle_counts import place_runs, read_counts
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
    counts, runs = read_counts(strings, height * width)
    areas = np.add.reduceat(counts[:, 1], np.cumsum(runs) - runs, dtype=np.int32)
    layers = _layers(counts, runs, height, width)
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


def _layers(counts: NDArray[np.int32], runs: NDArray[np.int64], height: int, width: int) -> _Layers:
    """Sort the runs of masks into layers.

    Args:
        counts: ``(R, 2)`` pixels of background and of the foreground that follows them, mask after mask.
        runs: ``(N,)`` rows of each mask, at least one.
        height: Image height.
        width: Image width.

    Raises:
        ValueError: The runs of a mask do not fill its image.
    """
    last = np.cumsum(runs) - 1
    background, foreground = counts[last].T
    behind = height * width - np.where(foreground, 0, background)  # the last run, so far as the counts are sound
    left = np.minimum(counts[last - runs + 1, 0] // height, width - 1)
    right = np.maximum((behind - 1) // height, left)
    first_block, origin, columns = _allot_blocks(left, right, 0)
    # All images along one line, so that of each run just the columns to be compared have a place in the table.
    line_type = np.int32 if (columns + width) * height < 2**31 else np.int64
    starts, ends, _ = place_runs(counts, runs, height * width, (origin * height).astype(line_type))
    column, top, bottom = _spans(starts, ends, height)
    repeated = np.flatnonzero(column[1:] == column[:-1]) + 1
    further = repeated[bottom[repeated] > top[repeated]]
    mask = np.searchsorted(first_block * _COLUMNS, column[further], side="right") - 1
    further, owner, spans = _sort_further_spans(further, mask, column)
    end = np.cumsum(spans)
    more_left, more_right = (column[further[place]] - origin[owner] for place in (end - spans, end - 1))
    more_first_block, more_origin, columns = _allot_blocks(more_left, more_right, columns)

    types: tuple[Any, Any, int] = (np.uint16, np.int32, 16) if height < 2**15 else (np.uint32, np.int64, 32)
    row_type, span_type, bits = types
    span = bottom.astype(span_type, copy=False) << bits  # both in one number, to be moved at once
    span -= top
    span += np.iinfo(row_type).max // 2
    table = np.zeros(columns, span_type)
    table[column.astype(np.intp)] = span
    covered = repeated[::-1] - 1  # of several spans in a column, the last written is in the table, not the first
    table[column[covered]] = span[covered]
    table[np.repeat(more_origin - origin[owner], spans) + column[further]] = span[further]
    return _Layers(
        owner=np.concatenate([np.arange(len(runs)), owner]),
        left=np.concatenate([left, more_left]),
        right=np.concatenate([right, more_right]),
        first_block=np.concatenate([first_block, more_first_block]),
        blocks=table.view(row_type).reshape(-1, 2 * _COLUMNS),
    )


def _allot_blocks(left: Integers, right: Integers, columns: int) -> tuple[NDArray[np.int64], NDArray[np.int64], int]:
    """Give layers their places in the table.

    Args:
        left: ``(L,)`` first column of each layer.
        right: ``(L,)`` last column of each layer.
        columns: Columns of the table that are taken.

    Returns:
        ``(L,)`` first block of each layer, ``(L,)`` where in the table the first column of its image would lie, and the
        columns of the table that are taken now.
    """
    left_block = left.astype(np.int64) // _COLUMNS
    blocks = right // _COLUMNS - left_block + 1
    behind = columns // _COLUMNS + np.cumsum(blocks)
    first_block = behind - blocks
    return first_block, (first_block - left_block) * _COLUMNS, int(behind.max(initial=columns // _COLUMNS)) * _COLUMNS


def _spans(starts: Integers, ends: Integers, height: int) -> tuple[Integers, Integers, Integers]:
    """Cut runs at the ends of columns.

    Args:
        starts: ``(R,)`` first pixel of each run, column-major, ascending.
        ends: ``(R,)`` one past its last pixel; an empty run lies within the columns of the others.
        height: Image height.

    Returns:
        ``(S,)`` column, top and bottom of each span.
    """
    column = starts // height
    above = column * height
    top, bottom = starts - above, ends - above
    beyond = bottom > height
    if not beyond.any():
        return column, top, bottom
    columns = np.where(beyond, (ends - 1) // height - column + 1, 1)
    run = np.repeat(np.arange(len(starts)), columns)
    column = column[run] + np.arange(len(run)) - np.repeat(np.cumsum(columns) - columns, columns)
    return column, np.maximum(starts[run] - column * height, 0), np.minimum(ends[run] - column * height, height)


def _sort_further_spans(
    further: NDArray[np.int64], mask: NDArray[np.int64], column: Integers
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Make a layer of the second spans in the columns of a mask, of the third spans, and so on.

    Args:
        further: ``(F,)`` spans that are not the first in their column, ascending.
        mask: ``(F,)`` the mask that each belongs to.
        column: ``(S,)`` column of each span; no two masks share one.

    Returns:
        The F spans, layer after layer, by column; and for each layer its mask and the number of its spans.
    """
    count = np.arange(len(further))
    number = count - np.maximum.accumulate(np.where(_changes(column[further]), count, 0))
    layer = mask * (len(further) + 1) + number
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
    half, bits = np.iinfo(common.dtype).max // 2, 8 * common.itemsize
    spans = common.view(np.uint32 if bits == 16 else np.uint64)
    rows = spans >> bits
    rows += spans
    rows &= (1 << bits) - 1  # the sum of both halves, which fits into one
    np.maximum(rows, half, out=rows)
    # As a product with ones, which is the fastest way to add up; exact, as the sums are below 2**24 or 2**53.
    precision = np.float32 if bits == 16 else np.float64
    pixels = rows.astype(precision) @ np.ones(_COLUMNS, precision) - precision(half * _COLUMNS)
    return np.add.reduceat(pixels, begin, dtype=np.float64).astype(np.int64)
