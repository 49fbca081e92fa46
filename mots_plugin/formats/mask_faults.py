"""Every way in which the masks of a sequence break the rules of MOTS, all found in one pass."""

from __future__ import annotations

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import Fault
from mots_plugin.formats.mask_tracks import CLASS_NAMES, MaskTracks
from mots_plugin.formats.rle import find_broken, intersection, runs_of
from mots_plugin.formats.text_masks import sizes_of


def find_faults(
    tracks: MaskTracks, row_name: str = "line", class_ids: Collection[int] = tuple(CLASS_NAMES)
) -> list[Fault]:
    """List every fault of a sequence's masks, in the order of its rows.

    The rules are those of mots_tools (``mots_common/io.py``): class ids 1, 2 or 10, an id at most once a frame, no
    pixel in two masks of a frame, ignore regions included; besides, run-length codes that decode, one image size, and
    no frame or id below 0. An empty mask (kind ``"empty"``) is listed too, though mots_tools lets it pass.

    Args:
        tracks: The masks; nothing in them is taken on trust.
        row_name: What ``tracks.lines`` count: lines of a text file, or ``"annotation"`` for ids in a json.
        class_ids: Classes that there are; those of MOTS by default, whose names the message tells.
    """
    faults: list[tuple[int, Fault]] = []

    def add(row: int | np.integer, kind: str, problem: str, cure: str) -> None:
        faults.append((int(row), Fault(tracks.source, _place(tracks, row, row_name), problem, cure, kind)))

    known = ", ".join(f"{class_id} ({name})" for class_id, name in CLASS_NAMES.items())
    for row in np.flatnonzero(~np.isin(tracks.class_ids, [*CLASS_NAMES, *class_ids])):
        add(row, "class", f"class id {tracks.class_ids[row]} is unknown", f"use {known}")
    for row in np.flatnonzero(tracks.frames < 0):
        add(row, "frame", f"frame {tracks.frames[row]} is negative", "count frames from 0 (KITTI MOTS) or 1 (MOTS20)")
    for row in np.flatnonzero(tracks.track_ids < 0):
        add(row, "number", f"track id {tracks.track_ids[row]} is negative", "number the tracks from 0 or above")
    for later, first in _repeated_in_frame(tracks):
        where = f"frame {tracks.frames[later]} (first: {_where(tracks, first, row_name)})"
        problem = f"track id {tracks.track_ids[later]} occurs twice in {where}"
        add(later, "duplicate", problem, "give each object of a frame its own id, also across classes")

    sizes = sizes_of(tracks.masks)
    sound = np.ones(len(tracks), bool)
    try:
        starts, ends, rows = runs_of(tracks.masks)
        broken = {}
    except ValueError:
        broken = find_broken(tracks.masks)
        sound[list(broken)] = False
        starts, ends, rows = runs_of(tracks.select(sound).masks)
        rows = np.flatnonzero(sound)[rows]
    for unsound, rle_problem in broken.items():
        add(unsound, "rle", f"run-length code {rle_problem}", f"write the {row_name} anew from the mask")
    for row in np.flatnonzero(np.any(sizes != sizes[:1], axis=1) & sound):
        size, first_size = (f"{height} x {width}" for height, width in (sizes[row], sizes[0]))
        problem = f"image size {size} differs from {first_size} in {_where(tracks, 0, row_name)}"
        add(row, "size", problem, "all masks of a sequence must have its image size (height width)")

    occupied = np.bincount(rows, minlength=len(tracks)) > 0
    for row in np.flatnonzero(sound & ~occupied):
        add(row, "empty", f"mask of track {tracks.track_ids[row]} has no pixel", f"remove the {row_name}")
    for first, later, pixels in _overlapping_pairs(tracks, sizes, starts, ends, rows):
        other = f"track {tracks.track_ids[first]} ({_where(tracks, first, row_name)})"
        shared = f"{pixels} pixel{'s' * (pixels != 1)} in frame {tracks.frames[later]} with that of {other}"
        problem = f"mask of track {tracks.track_ids[later]} shares {shared}"
        add(later, "overlap", problem, "give every pixel to one mask at most")
    return [fault for _, fault in sorted(faults, key=lambda item: item[0])]


def find_overlaps(tracks: MaskTracks) -> list[tuple[int, int, int]]:
    """Return every pair of rows whose masks share pixels in a frame.

    Args:
        tracks: Masks that decode.

    Returns:
        ``(row, row, shared pixels)`` triples. Masks of different image sizes are not compared.
    """
    sizes = sizes_of(tracks.masks)
    return _overlapping_pairs(tracks, sizes, *runs_of(tracks.masks))


def _overlapping_pairs(
    tracks: MaskTracks,
    sizes: NDArray[np.int64],
    starts: NDArray[np.int64],
    ends: NDArray[np.int64],
    rows: NDArray[np.int64],
) -> list[tuple[int, int, int]]:
    """Find rows that share pixels, given the foreground runs of the rows that take part."""
    if not len(rows):
        return []
    order, new = _equal_rows(np.column_stack([sizes, tracks.frames]))
    group = np.empty(len(tracks), np.intp)
    group[order] = np.cumsum(new)
    # All runs on one line, each frame in its own stretch: two runs overlap where one starts before an earlier one ends.
    shift = group[rows] * int(ends.max())
    order = np.argsort(starts + shift, kind="stable")
    furthest = np.maximum.accumulate((ends + shift)[order])[:-1]
    clashing = group[rows[order[1:]]][(starts + shift)[order][1:] < furthest]
    overlaps = []
    for clash in np.unique(clashing):
        members = np.intersect1d(np.flatnonzero(group == clash), rows)
        masks = [tracks.masks[row] for row in members]
        shared = np.triu(intersection(masks, masks), 1)
        overlaps += [(int(members[a]), int(members[b]), int(shared[a, b])) for a, b in np.argwhere(shared)]
    return overlaps


def _repeated_in_frame(tracks: MaskTracks) -> list[tuple[int, int]]:
    """Return ``(row, first row)`` for every row whose id its frame had before."""
    order, new = _equal_rows(np.column_stack([tracks.track_ids, tracks.frames]))
    first = order[new][np.cumsum(new) - 1]
    repeated = ~new
    return sorted(zip(order[repeated].tolist(), first[repeated].tolist(), strict=True))


def _equal_rows(keys: NDArray[np.int64]) -> tuple[NDArray[np.intp], NDArray[np.bool_]]:
    """Bring rows that are equal together.

    Args:
        keys: ``(N, K)``.

    Returns:
        ``(N,)`` an order that does, equal ones staying in theirs, and ``(N,)`` whether a row, in that order, differs
        from the one before.
    """
    order = np.lexsort(keys.T)
    new = np.ones(len(keys), bool)
    new[1:] = np.any(keys[order[1:]] != keys[order[:-1]], axis=1)
    return order, new


def _place(tracks: MaskTracks, row: int | np.integer, row_name: str) -> str:
    return _where(tracks, row, row_name).removeprefix("line ")


def _where(tracks: MaskTracks, row: int | np.integer, row_name: str) -> str:
    return f"{row_name} {tracks.lines[row]}" if tracks.lines[row] else f"frame {tracks.frames[row]}"
