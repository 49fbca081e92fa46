"""Seqmaps: text files that say which sequences, and which frames of them, belong to a split.

mots_tools writes ``<sequence> empty <first frame> <last frame>``, both frames inclusive; TrackEval writes a header line
``name`` and then only names. Both are read, and so are the files of KITTI's box benchmark, which have the number of
frames in place of the last one and are told by their name, ``evaluate_tracking.seqmap.*``.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError

_CURE = "write '<sequence> empty <first frame> <last frame>', or a sequence name alone"


@dataclass(frozen=True)
class SequenceRange:
    """Frames of one sequence.

    Attributes:
        name: Name of the sequence.
        first_frame: First frame number, or None for the first there is.
        last_frame: Last frame number, inclusive, or None for the last there is.
        source: Where the entry was read (``file:line``), for messages; empty for the built-in splits.
    """

    name: str
    first_frame: int | None = None
    last_frame: int | None = None
    source: str = ""

    def __contains__(self, frame: int) -> bool:
        return (self.first_frame is None or self.first_frame <= frame) and (
            self.last_frame is None or frame <= self.last_frame
        )

    def is_called(self, name: str) -> bool:
        """Whether a name means this sequence: its own, or one of its number (``2``, ``0002``, ``MOTS20-02``)."""
        return self.name == name or (
            sequence_number(name) is not None and sequence_number(self.name) == sequence_number(name)
        )


def sequence_number(name: str) -> int | None:
    """Return the number at the end of a sequence's name, None when there is none."""
    digits = re.search(r"[0-9]+$", name)
    return int(digits.group()) if digits else None


def read_seqmap(path: str | os.PathLike[str]) -> list[SequenceRange]:
    """Read a seqmap in the form of mots_tools or of TrackEval.

    Raises:
        FormatError: A line of another form, a sequence named twice, a range that ends before it starts, or no sequence.
        OSError: The file cannot be read.
    """
    ranges: list[SequenceRange] = []
    counts_frames = Path(path).name.startswith("evaluate_tracking.seqmap")
    try:
        lines = Path(path).read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise FormatError(path, "is not a text file", _CURE) from error
    for number, line in enumerate(lines, 1):
        fields = line.split()
        if not fields or (number == 1 and fields == ["name"]):
            continue
        if len(fields) == 1:
            entry = SequenceRange(fields[0], source=f"{os.fspath(path)}:{number}")
        elif len(fields) == 4 and fields[2].isdecimal() and fields[3].isdecimal():
            last = int(fields[3]) - counts_frames
            entry = SequenceRange(fields[0], int(fields[2]), last, source=f"{os.fspath(path)}:{number}")
        else:
            raise FormatError(path, f"cannot read '{line[:60]}'", _CURE, number)
        if entry.first_frame is not None and entry.last_frame is not None and entry.last_frame < entry.first_frame:
            problem = f"the range of sequence {entry.name} ends at {entry.last_frame}, before it starts"
            raise FormatError(path, problem, "name the first frame before the last one", number)
        if any(entry.name == other.name for other in ranges):
            raise FormatError(path, f"sequence {entry.name} occurs twice", "name each sequence once", number)
        ranges.append(entry)
    if not ranges:
        raise FormatError(path, "names no sequence", _CURE)
    return ranges


def write_seqmap(path: str | os.PathLike[str], ranges: Iterable[SequenceRange]) -> None:
    """Write a seqmap in the form of mots_tools, or names alone for entries without frames.

    Args:
        path: The file.
        ranges: Entries that have both frames or neither.

    Raises:
        FormatError: A name that the format cannot hold.
    """
    ranges = list(ranges)
    for entry in ranges:
        if len(entry.name.split()) != 1:
            raise FormatError(path, f"sequence name '{entry.name}' is not one word", "rename the sequence")
    with atomic_write(path) as file:
        for entry in ranges:
            if entry.first_frame is None or entry.last_frame is None:
                file.write(f"{entry.name}\n")
            else:
                file.write(f"{entry.name} empty {entry.first_frame:06d} {entry.last_frame:06d}\n")
