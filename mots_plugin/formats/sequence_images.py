"""The image files of one sequence, wherever a data set keeps them."""

from __future__ import annotations

from pathlib import Path

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_images import list_frame_images
from mots_plugin.formats.sequence_files import find_by_name, find_sequences

_PARTS = ("training", "train", "testing", "test", "")
_KINDS = ("image_02", "images")


def find_sequence_images(root: Path, name: str) -> dict[int, Path]:
    """Return the images of a sequence by frame number.

    Args:
        root: A data set in one of the layouts of :mod:`mots_plugin.formats.sequence_files`, or a folder with one folder
            of images a sequence.
        name: Name or number of the sequence.

    Raises:
        FormatError: There are none.
        OSError: A folder cannot be read.
    """
    if not root.is_dir():
        raise FormatError(root, "not found", "name the folder of the images")
    found = find_by_name(find_sequences(root, _PARTS, _KINDS), name)
    if found is not None and found.has_images:
        return list_frame_images(found.image_folder)
    if (root / name).is_dir():
        return list_frame_images(root / name)
    cure = "name the root of the data set, or a folder with one folder of images a sequence"
    raise FormatError(root, f"has no images of sequence {name}", cure)
