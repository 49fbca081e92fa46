"""MOTChallenge's box text: ``frame,id,x,y,w,h,confidence,class,visibility``, one box a line.

Ground truth of MOT16 and later has these 9 columns; detections and results (and all of MOT15) have
``frame,id,x,y,w,h,confidence,x3d,y3d,z3d``, of which the last three are -1. Results of several classes, for which there
is no official form, may have 8 or 9 columns, or 10 of which the last two are -1: the eighth is their class. Frames
count from 1. See https://motchallenge.net/instructions.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.box_faults import find_box_faults, raise_first
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.errors import Fault
from mots_plugin.formats.number_table import TableFormat, parse_table

MOT_CLASSES = {
    "pedestrian": 1,
    "person_on_vehicle": 2,
    "car": 3,
    "bicycle": 4,
    "motorbike": 5,
    "non_mot_vehicle": 6,
    "static_person": 7,
    "distractor": 8,
    "occluder": 9,
    "occluder_on_ground": 10,
    "occluder_full": 11,
    "reflection": 12,
    "crowd": 13,
}
"""Ids of the classes of MOT16, MOT17 and MOT20."""

MOT_FIRST_FRAME = 1
_FORMAT = TableFormat(
    columns=("frame", "id", "x", "y", "width", "height", "confidence", "column 8", "column 9", "column 10"),
    required=6,
    whole=(0, 1),
    comma=True,
    cure="write frame,id,x,y,w,h,confidence,class,visibility (ground truth) or frame,id,x,y,w,h,confidence,-1,-1,-1",
)


def read_mot_txt(path: str | os.PathLike[str], *, name: str | None = None) -> BoxTracks:
    """Read one sequence of ground truth, detections or results.

    Args:
        path: The text file; an empty one is a sequence without boxes.
        name: Name of the sequence; by default the file name without extension.

    Raises:
        FormatError: A line with too few or unreadable numbers, a frame below 1, a negative width or height, or an id
            twice in a frame; names the first such line and says how many more there are.
        OSError: The file cannot be read.
    """
    tracks, faults = parse_mot_txt(Path(path).read_bytes(), os.fspath(path), name)
    raise_first(faults + find_box_faults(tracks, MOT_FIRST_FRAME))
    return tracks


def parse_mot_txt(data: bytes, source: str, name: str | None = None) -> tuple[BoxTracks, list[Fault]]:
    """Parse the content of a text file, leaving out lines that do not parse.

    Args:
        data: The content.
        source: The file it came from, for messages.
        name: Name of the sequence; by default taken from ``source``.

    Returns:
        tracks: The lines that parse; the boxes themselves unchecked
            (:func:`mots_plugin.formats.box_faults.find_box_faults`).
        faults: What is wrong with the others, in order.
    """
    table, faults = parse_table(data, source, _FORMAT)
    values = table.values
    few = table.widths < 10
    is_class = (values[:, 7] % 1 == 0) & (np.abs(values[:, 7]) < 2**31) & (few | ((values[:, 8:] == -1).all(axis=1)))
    tracks = BoxTracks(
        frames=values[:, 0].astype(np.int64),
        track_ids=values[:, 1].astype(np.int64),
        boxes=np.concatenate([values[:, 2:4], values[:, 2:4] + values[:, 4:6]], axis=1),
        scores=values[:, 6],
        class_ids=np.where(is_class, values[:, 7], -1).astype(np.int64),
        visibilities=np.where(few, values[:, 8], -1),
        lines=table.lines,
        source=source,
        name=Path(source).stem if name is None else name,
    )
    return tracks, faults


def write_mot_txt(path: str | os.PathLike[str], tracks: BoxTracks, *, ground_truth: bool = False) -> None:
    """Write one sequence, rows in order of frame; the file appears whole or not at all.

    Args:
        path: The text file.
        tracks: The boxes.
        ground_truth: Write class and visibility (9 columns) rather than the form of results (10 columns, the eighth
            being the class if there is one).
    """
    order = np.argsort(tracks.frames, kind="stable")
    columns = (tracks.frames, tracks.track_ids, tracks.boxes, tracks.scores, tracks.class_ids, tracks.visibilities)
    rows = zip(*(column[order].tolist() for column in columns), strict=True)
    with atomic_write(path) as file:
        file.writelines(format_mot_line(*row, ground_truth=ground_truth) + "\n" for row in rows)


def format_mot_line(
    frame: int,
    track_id: int,
    box: Sequence[float],
    score: float,
    class_id: int = -1,
    visibility: float = -1,
    *,
    ground_truth: bool = False,
) -> str:
    """Return one line of the format, without line end; see :func:`write_mot_txt`."""
    x0, y0, x1, y1 = box
    numbers = f"{x0:.10g},{y0:.10g},{x1 - x0:.10g},{y1 - y0:.10g},{score:.10g}"
    tail = f"{class_id},{visibility:g}" if ground_truth else f"{class_id},-1,-1"
    return f"{frame},{track_id},{numbers},{tail}"
