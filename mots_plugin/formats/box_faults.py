"""What can be wrong with the boxes of a sequence, all of it found in one pass."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.errors import Fault, FormatError


def find_box_faults(
    tracks: BoxTracks, first_frame: int | None = None, *, ids_by_class: bool = False, ids_needed: bool = False
) -> list[Fault]:
    """List every fault of a sequence's boxes, in the order of its rows.

    Args:
        tracks: The boxes; those without identity (below 0) may be any number in a frame.
        first_frame: Number of the first frame in this format; None if any will do.
        ids_by_class: Objects of different classes may share an id, as in KITTI's box files.
        ids_needed: A box without identity is a fault.
    """
    faults: list[tuple[int, Fault]] = []

    def add(row: int, kind: str, problem: str, cure: str) -> None:
        faults.append((row, Fault(tracks.source, _place(tracks, row), problem, cure, kind)))

    if first_frame is not None:
        for row in np.flatnonzero(tracks.frames < first_frame).tolist():
            add(row, "frame", f"frame {tracks.frames[row]} is below {first_frame}", f"count frames from {first_frame}")
    if ids_needed:
        for row in np.flatnonzero(tracks.track_ids < 0).tolist():
            add(row, "number", f"id {tracks.track_ids[row]} is negative", "number the tracks from 0 or above")
    for row in np.flatnonzero(~np.isfinite(tracks.boxes).all(axis=1)).tolist():
        add(row, "number", f"box of id {tracks.track_ids[row]} is not finite", "write finite numbers")
    for row in np.flatnonzero((tracks.boxes[:, 2:] < tracks.boxes[:, :2]).any(axis=1)).tolist():
        x0, y0, x1, y1 = tracks.boxes[row].tolist()
        box = f"x from {x0:g} to {x1:g}, y from {y0:g} to {y1:g}"
        add(row, "box", f"width or height is negative ({box})", "write left before right and top before bottom")
    for row, first in _repeated(tracks, ids_by_class):
        where = f"frame {tracks.frames[row]} (first at {_where(tracks, first)})"
        problem = f"id {tracks.track_ids[row]} occurs twice in {where}"
        add(row, "duplicate", problem, "give each object of a frame its own id")
    return [fault for _, fault in sorted(faults, key=lambda item: item[0])]


def raise_first(faults: Sequence[Fault]) -> None:
    """Raise the first of several faults of a file, if there are any, saying how many more there are.

    Raises:
        FormatError: There is one.
    """
    if faults:
        first = min(faults, key=lambda fault: int(fault.place))
        more = f" (and {len(faults) - 1} more faults in this file)" if len(faults) > 1 else ""
        raise FormatError(first.file, first.problem, first.cure + more, first.place)


def _repeated(tracks: BoxTracks, ids_by_class: bool) -> list[tuple[int, int]]:
    """Return ``(row, first row)`` for every row whose id its frame had before."""
    rows = np.flatnonzero(tracks.track_ids >= 0)
    keys = [tracks.track_ids[rows], tracks.frames[rows]]
    if ids_by_class:
        keys.append(tracks.class_ids[rows])
    order = np.lexsort(keys)
    same = np.all([key[order[1:]] == key[order[:-1]] for key in keys], axis=0)
    first_of_run: NDArray[np.intp] = np.maximum.accumulate(np.where(np.append(True, ~same), np.arange(len(order)), 0))
    repeated = np.flatnonzero(same) + 1
    return list(zip(rows[order[repeated]].tolist(), rows[order[first_of_run[repeated]]].tolist(), strict=True))


def _place(tracks: BoxTracks, row: int) -> str:
    return _where(tracks, row).removeprefix("line ")


def _where(tracks: BoxTracks, row: int) -> str:
    return f"line {tracks.lines[row]}" if tracks.lines[row] else f"frame {tracks.frames[row]}"
