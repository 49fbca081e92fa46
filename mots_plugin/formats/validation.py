"""Which checks a file or folder needs, so that all its faults can be listed at once, in parallel."""

from __future__ import annotations

import os
from collections.abc import Callable
from functools import partial
from pathlib import Path

from mots_plugin.formats.coco_video_faults import VideoEntries, find_video_faults, read_entries
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.folder_faults import find_id_png_faults, find_sequence_faults, find_text_faults
from mots_plugin.formats.seqmap import read_seqmap
from mots_plugin.formats.sequence_files import SequenceFiles, find_by_name, find_sequences

Check = Callable[[], list[Fault]]
"""Lists the faults of one sequence. Checks can be sent to other processes."""

_PARTS = ("training", "train", "testing", "test", "")
_IMAGE_KINDS = ("image_02", "images")


def plan_checks(path: str | os.PathLike[str], image_root: Path | None = None, with_images: bool = True) -> list[Check]:
    """Plan the checks of a COCO-video json, a data set's root, a folder of MOTS text or id PNGs, or one text file.

    Args:
        path: What to check.
        image_root: Folder to which a json's file names are relative; None to look for it beside and above the json.
        with_images: Whether images must exist and have the right size.

    Raises:
        FormatError: There is nothing of the kind.
        OSError: A file cannot be read.
    """
    path = Path(path)
    if path.is_dir():
        return _plan_folder(path, with_images)
    if path.suffix == ".txt" and path.is_file():
        return [partial(_check_text, path)]
    if path.suffix == ".json" and path.is_file():
        return _plan_json(path, image_root, with_images)
    cure = "give a COCO-video json, a MOTS text file, or a folder of KITTI MOTS or MOTSChallenge"
    raise FormatError(path, "is neither json, txt nor folder" if path.exists() else "does not exist", cure)


def _plan_json(path: Path, image_root: Path | None, with_images: bool) -> list[Check]:
    videos, faults = read_entries(path)
    if with_images and image_root is None and any(entries.images for entries in videos):
        image_root = _find_image_root(path, videos)
        if image_root is None:
            name = next(entries.images[0]["file_name"] for entries in videos if entries.images)
            problem = f"its images, such as {name}, are not found beside it or in the folders above"
            cure = "say where they are with --image-root, or check without images (--no-images)"
            faults.append(Fault(os.fspath(path), "", problem, cure, "image"))
    root = image_root if with_images else None
    return [partial(list, faults), *(partial(find_video_faults, entries, root) for entries in videos)]


def _find_image_root(path: Path, videos: list[VideoEntries]) -> Path | None:
    """Return the nearest folder, from the json upwards, below which any of the videos' first images lies."""
    names = [entries.images[0]["file_name"] for entries in videos if entries.images]
    for folder in path.resolve().parents:
        if any((folder / name).is_file() for name in names):
            return folder
    return None


def _plan_folder(folder: Path, with_images: bool) -> list[Check]:
    sequences = find_sequences(folder, _PARTS, _IMAGE_KINDS)
    seqmaps = sorted(folder.glob("*.seqmap"))
    if sequences:
        # Folders of test images have no annotation, and need none.
        tested = {"testing", "test"}
        checks: list[Check] = [
            partial(find_sequence_faults, files, with_images)
            for files in sequences.values()
            if files.annotated or not tested & set(files.image_folder.relative_to(folder).parts)
        ]
        return checks + [partial(_check_seqmap, seqmap, sequences) for seqmap in seqmaps]
    if any(folder.glob("*.txt")):
        return [partial(_check_text, path) for path in sorted(folder.glob("*.txt"))]
    pngs = [each for each in (folder, *sorted(folder.iterdir())) if each.is_dir() and any(each.glob("*.png"))]
    if pngs:
        return [partial(_check_pngs, each) for each in pngs]
    cure = "give a data set's root (with instances_txt, instances or MOTS20-SS/gt), or a folder of SSSS.txt or PNGs"
    raise FormatError(folder, "holds no sequence", cure)


def _check_text(path: Path) -> list[Fault]:
    return find_text_faults(path, path.stem)[1]


def _check_pngs(folder: Path) -> list[Fault]:
    return find_id_png_faults(folder)[1]


def _check_seqmap(path: Path, sequences: dict[str, SequenceFiles]) -> list[Fault]:
    """A seqmap must be readable and name sequences that exist."""
    try:
        ranges = read_seqmap(path)
    except FormatError as error:
        return [Fault(error.file, error.place, error.problem, error.cure, "seqmap")]
    cure = "add its files, or take the line out"
    return [
        Fault(entry.source, "", f"sequence {entry.name} does not exist", cure, "seqmap")
        for entry in ranges
        if find_by_name(sequences, entry.name) is None
    ]
