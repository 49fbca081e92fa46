"""Run-length coded masks in COCO's compressed form: ``{"size": [height, width], "counts": bytes}``.

Boxes are xyxy in pixels with exclusive right and bottom edges. Nothing here but :func:`encode` and :func:`decode`
touches a full ``(height, width)`` canvas.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypedDict

import numpy as np
import pycocotools.mask as coco_mask
from numpy.typing import NDArray

from mots_plugin.formats.rle_counts import LONGEST_RUN, encode_counts, explain_broken_string, foreground_runs


class RLE(TypedDict):
    """A mask as pycocotools stores it: compressed column-major run lengths."""

    size: list[int]
    counts: bytes


Crop = tuple[NDArray[np.bool_], int, int]
"""Part of a mask that holds all of its foreground, ``(h, w)`` bool, and the image column and row where it begins."""

EMPTY_CROP: Crop = np.zeros((0, 0), bool), 0, 0


def encode(mask: NDArray[np.bool_] | NDArray[np.uint8]) -> RLE:
    """Encode a full mask.

    Args:
        mask: ``(height, width)``; nonzero is foreground.
    """
    return coco_mask.encode(np.asfortranarray(mask != 0).view(np.uint8))


def decode(rle: RLE) -> NDArray[np.bool_]:
    """Decode to a full ``(height, width)`` mask."""
    return coco_mask.decode(rle).view(np.bool_)


def encode_crop(crop: NDArray[np.bool_], x0: int, y0: int, height: int, width: int) -> RLE:
    """Encode a mask given as a crop of its image, in time proportional to the crop.

    Args:
        crop: ``(h, w)`` bool. What lies outside the image is cut off.
        x0: Image column of the crop's first column; may be negative.
        y0: Image row of the crop's first row; may be negative.
        height: Image height, pixels.
        width: Image width, pixels.
    """
    crop = np.asarray(crop, bool)[max(0, -y0) : max(0, height - y0), max(0, -x0) : max(0, width - x0)]
    x0, y0 = max(0, x0), max(0, y0)
    rows, columns = crop.shape
    edges = np.zeros((columns, rows + 2), np.int8)
    edges[:, 1:-1] = crop.T
    edges = np.diff(edges, axis=1)
    column, row = np.nonzero(edges == 1)
    starts = (x0 + column) * height + y0 + row
    column, row = np.nonzero(edges == -1)
    ends = (x0 + column) * height + y0 + row
    return encode_runs(starts, ends, height, width)


def encode_runs(starts: NDArray[np.int64], ends: NDArray[np.int64], height: int, width: int) -> RLE:
    """Encode a mask given as its foreground runs.

    Args:
        starts: ``(runs,)`` ascending, first pixel of each run as column-major index (``x * height + y``).
        ends: ``(runs,)`` one past the last pixel of each run, none beyond the next start; runs that touch are joined.
        height: Image height, pixels.
        width: Image width, pixels.
    """
    apart = starts[1:] != ends[:-1]
    starts = starts[np.concatenate([[True], apart])] if len(starts) else starts
    ends = ends[np.concatenate([apart, [True]])] if len(ends) else ends
    edges = np.stack([starts, ends], axis=1).ravel()
    counts = np.diff(edges, prepend=0, append=height * width)
    if len(edges) and edges[-1] == height * width:
        counts = counts[:-1]
    return {"size": [int(height), int(width)], "counts": encode_counts(counts, height, width)}


def decode_crop(rle: RLE) -> Crop:
    """Decode to the tight crop around the mask, in time proportional to the crop."""
    return decode_crops([rle])[0]


def decode_crops(rles: Sequence[RLE]) -> list[Crop]:
    """Decode many masks of one image size at once, each to the tight crop around it.

    Returns:
        N crops, of ``(0, 0)`` pixels at ``(0, 0)`` for an empty mask.
    """
    if not len(rles):
        return []
    height, width = rles[0]["size"]
    starts, ends, masks = foreground_runs([rle["counts"] for rle in rles], height * width)
    filled, first = np.unique(masks, return_index=True)
    if not len(filled):
        return [EMPTY_CROP] * len(rles)
    last = np.append(first[1:], len(masks)) - 1
    columns, tops = np.divmod(starts, height)
    last_columns, bottoms = np.divmod(ends - 1, height)
    # A run that goes on into the next column holds a bottom and a top pixel: the crop is as high as the image.
    wraps = columns != last_columns
    tops[wraps], bottoms[wraps] = 0, height - 1
    x0, y0 = columns[first], np.minimum.reduceat(tops, first)
    widths = last_columns[last] + 1 - x0
    heights = np.maximum.reduceat(bottoms, first) + 1 - y0

    # All crops stand one behind the other, column by column, and runs are where a sum of their ends is above 0.
    behind = np.cumsum(widths * heights)
    runs = last - first + 1
    begin = (columns - np.repeat(x0, runs)) * np.repeat(heights, runs) + starts - columns * height
    begin += np.repeat(behind - widths * heights - y0, runs)
    steps = np.zeros(int(behind[-1]) + 1, np.int8)
    steps[begin] += 1
    steps[begin + ends - starts] -= 1
    pixels = np.cumsum(steps[:-1], dtype=np.int8).view(np.bool_)
    crops = [EMPTY_CROP] * len(rles)
    boxes = np.stack([filled, behind, x0, y0, widths, heights], axis=1).tolist()
    for mask, end, left, top, columns_, rows in boxes:
        crops[mask] = pixels[end - columns_ * rows : end].reshape(columns_, rows).T, left, top
    return crops


def boxes(rles: Sequence[RLE]) -> NDArray[np.float32]:
    """Return the ``(N, 4)`` tight xyxy boxes, right and bottom edges exclusive; zeros for an empty mask."""
    if not len(rles):
        return np.zeros((0, 4), np.float32)
    tight = np.asarray(coco_mask.toBbox(list(rles)), np.float32)
    tight[:, 2:] += tight[:, :2]
    tight[areas(rles) == 0] = 0  # pycocotools finds a box in an empty mask whose code ends with a run of length 0
    return tight


def areas(rles: Sequence[RLE]) -> NDArray[np.int64]:
    """Return the ``(N,)`` numbers of foreground pixels."""
    # One by one: given a list, pycocotools 2.0.11 fails on more than 255 masks under numpy 2.
    return np.fromiter((coco_mask.area(rle) for rle in rles), np.int64, len(rles))


def iou(a: Sequence[RLE], b: Sequence[RLE]) -> NDArray[np.float64]:
    """Return the ``(len(a), len(b))`` mask IoUs; 0 where both masks are empty.

    Raises:
        ValueError: Masks of different image sizes.
    """
    return _pairwise(a, b, of_first=False)


def intersection(a: Sequence[RLE], b: Sequence[RLE]) -> NDArray[np.int64]:
    """Return the ``(len(a), len(b))`` numbers of shared pixels, exactly.

    Raises:
        ValueError: Masks of different image sizes.
    """
    # i / area(a) is rounded once and areas are below 2**32, so the product's nearest integer is i itself.
    return np.rint(_pairwise(a, b, of_first=True) * areas(a)[:, None]).astype(np.int64)


def merge(rles: Sequence[RLE], intersect: bool = False) -> RLE:
    """Return the union of masks, or their intersection.

    Args:
        rles: At least one mask, all of one image size.
        intersect: Return what all masks share.
    """
    if not len(rles):
        raise ValueError("nothing to merge: the size of the result would be unknown")
    _check_one_size(rles)
    return coco_mask.merge(list(rles), intersect=intersect)


def runs_of(rles: Sequence[RLE]) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Return the foreground runs of N masks, as :func:`mots_plugin.formats.rle_counts.foreground_runs` has them.

    Args:
        rles: Masks of any image sizes; nothing in them is taken on trust.

    Raises:
        ValueError: One is broken; :func:`find_broken` says which.
    """
    sizes = np.asarray([rle["size"] for rle in rles], np.int64).reshape(-1, 2)
    if np.any(sizes < 1) or np.any(sizes.astype(float).prod(axis=1) > LONGEST_RUN):  # float: int64 may overflow
        raise ValueError("an image size is impossible")
    return foreground_runs([rle["counts"] for rle in rles], sizes.prod(axis=1))


def find_broken(rles: Sequence[RLE]) -> dict[int, str]:
    """Say what is wrong with run-length codes, by their place, without handing them to C code that trusts them.

    Args:
        rles: Sizes and counts as read from a file.
    """
    try:
        runs_of(rles)
    except ValueError:
        return {row: problem for row, rle in enumerate(rles) if (problem := validate(rle))}
    return {}


def validate(rle: RLE) -> str | None:
    """Say what is wrong with a run-length code; None when it is sound.

    Args:
        rle: Sizes and counts as read from a file.
    """
    return explain_broken_string(rle["counts"], *rle["size"])


def _pairwise(a: Sequence[RLE], b: Sequence[RLE], of_first: bool) -> NDArray[np.float64]:
    if not len(a) or not len(b):
        return np.zeros((len(a), len(b)))
    _check_one_size([*a, *b])
    return coco_mask.iou(list(a), list(b), [of_first] * len(b))


def _check_one_size(rles: Sequence[RLE]) -> None:
    sizes = {(rle["size"][0], rle["size"][1]) for rle in rles}
    if len(sizes) > 1:
        raise ValueError(f"masks of different image sizes (height, width): {sorted(sizes)}")
