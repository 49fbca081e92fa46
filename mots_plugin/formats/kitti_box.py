"""KITTI's tracking labels: boxes of one sequence, one a line, as text.

::

    frame id type truncated occluded alpha left top right bottom height width length x y z rotation_y [score]

Frames count from 0. ``type`` is a word; DontCare regions have id -1. Ground truth has 17 columns, results 18. Columns
that say something of 3D space (alpha, and all after bottom) are not kept, and are written as KITTI writes what is
unknown. See the development kit of https://www.cvlibs.net/datasets/kitti/eval_tracking.php.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.box_faults import find_box_faults, raise_first
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.errors import Fault
from mots_plugin.formats.number_table import TableFormat, parse_table

KITTI_CLASSES = {
    "car": 1,
    "van": 2,
    "truck": 3,
    "pedestrian": 4,
    "person": 5,
    "person_sitting": 5,
    "cyclist": 6,
    "tram": 7,
    "misc": 8,
    "dontcare": 9,
}
"""Numbers given to the types, in small letters; case does not matter in files."""

KITTI_FIRST_FRAME = 0
_WRITTEN_NAMES = {"person": "Person", "dontcare": "DontCare"}
_COLUMNS = (
    "frame id type truncated occluded alpha left top right bottom height width length x y z rotation_y score".split()
)
_UNKNOWN_IN_SPACE = "-1000 -1000 -1000 -10 -1 -1 -1"


def read_kitti_box(
    path: str | os.PathLike[str], *, name: str | None = None, class_ids: Mapping[str, int] = KITTI_CLASSES
) -> BoxTracks:
    """Read one sequence of ground truth or results.

    Args:
        path: The text file; an empty one is a sequence without boxes.
        name: Name of the sequence; by default the file name without extension.
        class_ids: Number of each type there may be, in small letters.

    Raises:
        FormatError: A line with too few or unreadable fields, an unknown type, a frame below 0, a negative width or
            height, or an id twice in a frame and class; names the first such line and says how many more there are.
        OSError: The file cannot be read.
    """
    tracks, faults = parse_kitti_box(Path(path).read_bytes(), os.fspath(path), name, class_ids)
    raise_first(faults + find_box_faults(tracks, KITTI_FIRST_FRAME, ids_by_class=True))
    return tracks


def parse_kitti_box(
    data: bytes, source: str, name: str | None = None, class_ids: Mapping[str, int] = KITTI_CLASSES
) -> tuple[BoxTracks, list[Fault]]:
    """Parse the content of a text file, leaving out lines that do not parse.

    Args:
        data: The content.
        source: The file it came from, for messages.
        name: Name of the sequence; by default taken from ``source``.
        class_ids: Number of each type there may be, in small letters.

    Returns:
        tracks: The lines that parse; the boxes themselves unchecked
            (:func:`mots_plugin.formats.box_faults.find_box_faults`). Scores of ground truth are 1.
        faults: What is wrong with the others, in order.
    """
    table_format = TableFormat(
        columns=tuple(_COLUMNS),
        required=10,
        whole=(0, 1, 3, 4),
        comma=False,
        cure=f"write '{' '.join(_COLUMNS)}' (score in results only)",
        class_column=2,
        class_ids=class_ids,
    )
    table, faults = parse_table(data, source, table_format)
    values = table.values
    tracks = BoxTracks(
        frames=values[:, 0].astype(np.int64),
        track_ids=values[:, 1].astype(np.int64),
        boxes=values[:, 6:10],
        scores=np.where(table.widths >= len(_COLUMNS), values[:, 17], 1.0),
        class_ids=values[:, 2].astype(np.int64),
        truncations=values[:, 3].astype(np.int64),
        occlusions=values[:, 4].astype(np.int64),
        lines=table.lines,
        source=source,
        name=Path(source).stem if name is None else name,
    )
    return tracks, faults


def write_kitti_box(
    path: str | os.PathLike[str],
    tracks: BoxTracks,
    *,
    ground_truth: bool = False,
    class_ids: Mapping[str, int] = KITTI_CLASSES,
) -> None:
    """Write one sequence, rows in order of frame; the file appears whole or not at all.

    Args:
        path: The text file.
        tracks: The boxes; all have a class of ``class_ids``.
        ground_truth: Leave out the score.
        class_ids: Number of each type.
    """
    names: dict[int, str] = {}
    for word, class_id in class_ids.items():
        names.setdefault(class_id, _WRITTEN_NAMES.get(word, word.capitalize()))
    with atomic_write(path) as file:
        for row in np.argsort(tracks.frames, kind="stable"):
            box = " ".join(f"{edge:.10g}" for edge in tracks.boxes[row])
            head = f"{tracks.frames[row]} {tracks.track_ids[row]} {names[int(tracks.class_ids[row])]}"
            score = "" if ground_truth else f" {tracks.scores[row]:.10g}"
            levels = f"{tracks.truncations[row]} {tracks.occlusions[row]}"
            file.write(f"{head} {levels} -10 {box} {_UNKNOWN_IN_SPACE}{score}\n")
