"""MOTChallenge's box text: ``frame,id,x,y,w,h,confidence,class,visibility``, one box a line.

Ground truth of MOT16 and later has these 9 columns; detections and results (and all of MOT15) have
``frame,id,x,y,w,h,confidence,x3d,y3d,z3d``, of which the last three are -1. Frames count from 1. See
https://motchallenge.net/instructions.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError

_CURE = "write frame,id,x,y,w,h,confidence,class,visibility (ground truth) or frame,id,x,y,w,h,confidence,-1,-1,-1"


def _empty() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class BoxTracks:
    """N boxes of one sequence, one row each, in the order of their source.

    Attributes:
        frames: ``(N,)`` int64 frame number, from 1.
        track_ids: ``(N,)`` int64; -1 for detections.
        boxes: ``(N, 4)`` float64 xyxy, right and bottom edges exclusive, pixels as the file counts them (MOTChallenge's
            corner is 1-based; nothing is subtracted).
        scores: ``(N,)`` float64 column 7: detector confidence, or in ground truth 1 for boxes to be scored and 0 for
        others. class_ids: ``(N,)`` int64 MOTChallenge class (1 pedestrian, 3 car, …); -1 where the file has none.
        visibilities: ``(N,)`` float64 visible part, in [0, 1]; -1 where the file has none.
        lines: ``(N,)`` int64 line of the file, from 1.
        source: File the rows came from.
        name: Name of the sequence.
    """

    frames: NDArray[np.int64] = field(default_factory=_empty)
    track_ids: NDArray[np.int64] = field(default_factory=_empty)
    boxes: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))
    scores: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    class_ids: NDArray[np.int64] = field(default_factory=_empty)
    visibilities: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    lines: NDArray[np.int64] = field(default_factory=_empty)
    source: str = ""
    name: str = ""

    def __len__(self) -> int:
        return len(self.frames)


def read_mot_txt(path: str | os.PathLike[str], *, name: str | None = None) -> BoxTracks:
    """Read one sequence of ground truth, detections or results.

    Args:
        path: The text file; an empty one is a sequence without boxes.
        name: Name of the sequence; by default the file name without extension.

    Raises:
        FormatError: A line with too few or unreadable numbers, a frame below 1, a negative width or height, or an id
            twice in a frame; names the line.
        OSError: The file cannot be read.
    """
    source = os.fspath(path)
    lines = [(number, line) for number, line in enumerate(Path(path).read_bytes().split(b"\n"), 1) if line.strip()]
    table = np.full((len(lines), 10), -1.0)
    widths = np.zeros(len(lines), np.int64)
    for row, (number, line) in enumerate(lines):
        fields = line.split(b",") if b"," in line else line.split()
        try:
            values = [float(text) for text in fields[:10]]
        except ValueError as error:
            raise FormatError(source, f"a field is not a number ({error})", _CURE, number) from error
        if len(values) < 6:
            raise FormatError(source, f"{len(values)} fields, 6 or more are expected", _CURE, number)
        table[row, : len(values)] = values
        widths[row] = len(values)
    numbers = np.asarray([number for number, _ in lines], np.int64)
    _check(table, numbers, source)
    has_class = widths == 9  # ten columns are results, whose columns 8 to 10 are a position in space
    return BoxTracks(
        frames=table[:, 0].astype(np.int64),
        track_ids=table[:, 1].astype(np.int64),
        boxes=np.concatenate([table[:, 2:4], table[:, 2:4] + table[:, 4:6]], axis=1),
        scores=table[:, 6],
        class_ids=np.where(has_class, table[:, 7], -1).astype(np.int64),
        visibilities=np.where(has_class, table[:, 8], -1),
        lines=numbers,
        source=source,
        name=Path(path).stem if name is None else name,
    )


def write_mot_txt(path: str | os.PathLike[str], tracks: BoxTracks, *, ground_truth: bool = False) -> None:
    """Write one sequence, rows in order of frame; the file appears whole or not at all.

    Args:
        path: The text file.
        tracks: The boxes.
        ground_truth: Write class and visibility (9 columns) rather than the form of results (10 columns).
    """
    with atomic_write(path) as file:
        for row in np.argsort(tracks.frames, kind="stable"):
            x0, y0, x1, y1 = tracks.boxes[row].tolist()
            numbers = [x0, y0, x1 - x0, y1 - y0, float(tracks.scores[row])]
            tail = f"{tracks.class_ids[row]},{tracks.visibilities[row]:g}" if ground_truth else "-1,-1,-1"
            box = ",".join(f"{number:.10g}" for number in numbers)
            file.write(f"{tracks.frames[row]},{tracks.track_ids[row]},{box},{tail}\n")


def _check(table: NDArray[np.float64], numbers: NDArray[np.int64], source: str) -> None:
    faults = (
        (~np.isfinite(table).all(axis=1), "a number is not finite", "write finite numbers"),
        ((table[:, :2] % 1 != 0).any(axis=1), "frame or id is not a whole number", _CURE),
        (table[:, 0] < 1, "the frame is below 1", "count frames from 1"),
        ((table[:, 4:6] < 0).any(axis=1), "width or height is negative", "write x,y,w,h, not two corners"),
    )
    for wrong, problem, cure in faults:
        if wrong.any():
            raise FormatError(source, problem, cure, numbers[wrong.argmax()])
    identified = np.flatnonzero(table[:, 1] >= 0)
    _, first, inverse = np.unique(table[identified, :2], axis=0, return_index=True, return_inverse=True)
    repeated = np.flatnonzero(first[inverse.ravel()] != np.arange(len(identified)))
    if len(repeated):
        row, earlier = identified[repeated[0]], identified[first[inverse.ravel()[repeated[0]]]]
        problem = f"id {table[row, 1]:g} occurs twice in frame {table[row, 0]:g} (first at line {numbers[earlier]})"
        raise FormatError(source, problem, "give each object of a frame its own id", numbers[row])
