"""The text format of KITTI MOTS and MOTSChallenge: ``frame track_id class_id height width counts``, one mask a line.

See https://www.vision.rwth-aachen.de/page/mots and ``mots_common/io.py`` of mots_tools. Ground truth has track id =
class id * 1000 + instance and 10000 for ignore regions; results may use any ids. A file may be empty: a sequence
without objects.
"""

from __future__ import annotations

import os
import re
from collections.abc import Collection, Iterator, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import CLASS_NAMES, MaskTracks
from mots_plugin.formats.mots_columns import read_columns
from mots_plugin.formats.rle import RLE

_FIELDS = ("frame", "track_id", "class_id", "height", "width", "rle")
# Numbers of at most 18 digits fit int64.
_LINE = re.compile(rb"\s*" + rb"(-?\d{1,18})\s+" * 5 + rb"(\S+)\s*")


def read_mots_txt(
    path: str | os.PathLike[str],
    *,
    check: bool = True,
    name: str | None = None,
    class_ids: Collection[int] = tuple(CLASS_NAMES),
) -> MaskTracks:
    """Read one sequence.

    Args:
        path: The text file.
        check: Verify the masks themselves (:func:`mots_plugin.formats.mask_faults.find_faults`); without it only the
            fields of the lines. Empty masks always pass.
        name: Name of the sequence; by default the file name without extension.
        class_ids: Classes that there are.

    Raises:
        FormatError: At the first fault, saying how many more there are.
        OSError: The file cannot be read.
    """
    tracks, faults = parse_mots_txt(Path(path).read_bytes(), os.fspath(path), name)
    if check:
        faults = sorted(faults + find_faults(tracks, class_ids=class_ids), key=lambda fault: int(fault.place))
    faults = [fault for fault in faults if fault.kind != "empty"]
    if faults:
        more = f" (and {len(faults) - 1} more faults in this file)" if len(faults) > 1 else ""
        first = faults[0]
        raise FormatError(first.file, first.problem, first.cure + more, first.place)
    return tracks


def parse_mots_txt(data: bytes, source: str, name: str | None = None) -> tuple[MaskTracks, list[Fault]]:
    """Parse the content of a text file, leaving out lines that do not parse.

    Args:
        data: The content.
        source: The file it came from, for messages.
        name: Name of the sequence; by default taken from ``source``.

    Returns:
        tracks: The lines that parse, masks unchecked.
        faults: What is wrong with the others, in order.
    """
    columns = read_columns(data)
    masks: Sequence[RLE]
    if columns is not None:
        table, masks = columns
        lines, faults = np.arange(1, len(masks) + 1), list[Fault]()
    else:
        table, masks, lines, faults = _read_lines(data, source)
    tracks = MaskTracks(
        frames=table[:, 0],
        track_ids=table[:, 1],
        class_ids=table[:, 2],
        masks=masks,
        lines=lines,
        source=source,
        name=Path(source).stem if name is None else name,
    )
    return tracks, faults


def _read_lines(data: bytes, source: str) -> tuple[NDArray[np.int64], list[RLE], NDArray[np.int64], list[Fault]]:
    """Read a text line by line, whatever it holds.

    Returns:
        ``(N, 5)`` numbers, N masks and ``(N,)`` line numbers of the lines that parse, and the faults of the others.
    """
    rows: list[list[int]] = []
    strings: list[bytes] = []
    numbers: list[int] = []
    faults: list[Fault] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        match = _LINE.fullmatch(line)
        if match:
            *integers, counts = match.groups()
            rows.append([int(text) for text in integers])
            strings.append(counts)
            numbers.append(number)
        elif line.strip():
            faults.append(_explain(source, number, line.split()))
    table = np.asarray(rows, np.int64).reshape(-1, 5)
    masks = [RLE(size=size, counts=counts) for size, counts in zip(table[:, 3:].tolist(), strings, strict=True)]
    return table, masks, np.asarray(numbers, np.int64), faults


def write_mots_txt(path: str | os.PathLike[str], tracks: MaskTracks) -> None:
    """Write one sequence, rows in order of frame; the file appears whole or not at all.

    Args:
        path: The text file.
        tracks: The masks, of any frames; none gives an empty file.
    """
    with atomic_write(path) as file:
        file.writelines(_format_lines(tracks))


def format_mots_line(frame: int, track_id: int, class_id: int, rle: RLE) -> str:
    """Return one line of the format, without line end."""
    height, width = rle["size"]
    return f"{frame} {track_id} {class_id} {height} {width} {rle['counts'].decode('ascii')}"


def _format_lines(tracks: MaskTracks) -> Iterator[str]:
    for row in np.argsort(tracks.frames, kind="stable"):
        numbers = tracks.frames[row], tracks.track_ids[row], tracks.class_ids[row]
        yield format_mots_line(*numbers, tracks.masks[row]) + "\n"


def _explain(source: str, number: int, fields: list[bytes]) -> Fault:
    """Say why a line does not parse."""
    if len(fields) != len(_FIELDS):
        problem = f"{len(fields)} field{'s' * (len(fields) != 1)} where 6 are expected"
        return Fault(source, str(number), problem, f"write '{' '.join(_FIELDS)}' in every line", "fields")
    numbers = zip(_FIELDS, fields, strict=True)
    field, text = next((field, text) for field, text in numbers if not re.fullmatch(rb"-?\d{1,18}", text))
    shown = text[:40].decode("ascii", "backslashreplace")
    return Fault(source, str(number), f"{field} '{shown}' is not a whole number", "write it as digits only", "number")
