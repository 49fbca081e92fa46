"""What the exports of annotation tools have in common: masks of a class, told by its name, and of an identity."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping, Sequence
from pathlib import PurePath
from typing import Any

import numpy as np

from mots_plugin.formats.class_numbers import MOTS_CLASS_IDS, class_id_of
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.rle import RLE, merge

LabelledMask = tuple[int, int, RLE]
"""Track id, class id and mask of an object in a frame."""

IGNORE_ID = 1000 * IGNORE_CLASS
"""Track id of all ignore regions."""
_LABEL_WITH_ID = re.compile(r"(.*?[^\W\d_])[\s_#:-]*(\d{1,9})")


def class_and_identity(label: str, identity: Any) -> tuple[str, Any]:
    """Tell the class's name from an identity at its end, where the shape has none otherwise.

    Args:
        label: The class's name, maybe with an identity at its end (``car_5``).
        identity: The identity as the tool keeps it, None if it has none.
    """
    match = _LABEL_WITH_ID.fullmatch(label.strip())
    return (match[1], match[2]) if match and identity is None else (label.strip(), identity)


def split_label(
    label: str,
    identity: Any,
    source: str | os.PathLike[str],
    place: str,
    key: str,
    class_ids: Mapping[str, int] = MOTS_CLASS_IDS,
) -> tuple[int, int]:
    """Tell class and identity of a shape.

    Args:
        label: The class's name, maybe with an identity at its end (``car_5``).
        identity: The identity as the tool keeps it, None if it has none.
        source: The file, for messages.
        place: The shape, for messages.
        key: What the tool calls the identity, for messages.
        class_ids: Ids of the classes there are, by name.

    Returns:
        class_id: One of them.
        track_id: 10000 for ignore regions, which need no identity.

    Raises:
        FormatError: No identity, one that is not a whole number, or an unknown class.
    """
    label, identity = class_and_identity(label, identity)
    class_id = class_id_of(label, source, place, class_ids)
    if class_id == IGNORE_CLASS:
        return class_id, IGNORE_ID
    if identity is None:
        cure = f"give it the number of its track as {key}, or at the end of the label ({label}_5)"
        raise FormatError(source, "has no identity", cure, place)
    if not re.fullmatch(r"\d{1,9}", str(identity)):
        raise FormatError(source, f"{key} {identity!r} is not a whole number", "number the tracks from 0 on", place)
    return class_id, int(identity)


def frame_number_of(file_name: str, source: str | os.PathLike[str]) -> int:
    """Return the number at the end of a file name (``000012.png``, ``frame_12.json``), before its extension.

    Raises:
        FormatError: There is none.
    """
    match = re.search(r"(\d{1,18})$", PurePath(file_name).stem)
    if match is None:
        raise FormatError(source, f"the name {file_name} has no frame number", "end it with one, as in 000012.png")
    return int(match[1])


def merge_parts(parts: Mapping[tuple[int, int], Sequence[RLE]]) -> list[LabelledMask]:
    """Unite the shapes of each object.

    Args:
        parts: Shapes by track id and class id, in the order wanted.
    """
    return [(track_id, class_id, merge(masks)) for (track_id, class_id), masks in parts.items()]


def collect_masks(rows: Sequence[tuple[int, int, int, RLE]], source: str, name: str) -> MaskTracks:
    """Make the table of a sequence.

    Args:
        rows: Frame number, track id, class id and mask of each object.
        source: File or folder they came from.
        name: Name of the sequence.
    """
    numbers = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3)
    frames, track_ids, class_ids = numbers.T
    return MaskTracks(frames, track_ids, class_ids, [row[3] for row in rows], source=source, name=name)
