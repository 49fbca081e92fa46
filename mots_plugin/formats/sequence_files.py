"""Where a data set on disk keeps the images and annotations of each sequence.

Two layouts are known, each directly below the root or below ``part`` (``training``, ``train``, ``testing``, …):

- by kind (KITTI MOTS, MOTSChallenge as first released)::

    {image_02|images}/SSSS/FFFFFF.png   instances_txt/SSSS.txt   instances/SSSS/FFFFFF.png   frames/SSSS.json

- by sequence (MOTS20, as all of MOTChallenge)::

    MOTS20-SS/img1/FFFFFF.jpg   MOTS20-SS/gt/gt.txt   MOTS20-SS/seqinfo.ini
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mots_plugin.formats.seqmap import sequence_number


@dataclass(frozen=True)
class SequenceFiles:
    """Where one sequence lies; None for what is not there.

    Attributes:
        name: Name of the sequence.
        root: Root of the data set; file names in its annotations are relative to it.
        image_folder: Folder of its images, as it is or (see ``has_images``) as it would be.
        has_images: Whether that folder exists.
        annotation_text: Its text file.
        annotation_folder: Folder of its id PNGs.
        frame_list: Its ``seqinfo.ini`` or json of frames.
    """

    name: str
    root: Path
    image_folder: Path
    has_images: bool
    annotation_text: Path | None = None
    annotation_folder: Path | None = None
    frame_list: Path | None = None

    @property
    def annotated(self) -> bool:
        """Whether there is an annotation of either form."""
        return self.annotation_text is not None or self.annotation_folder is not None


def find_sequences(root: Path, parts: Sequence[str], image_kinds: Sequence[str]) -> dict[str, SequenceFiles]:
    """Find every sequence below a root, of either layout.

    Args:
        root: Root of the data set.
        parts: Folders below the root to look into; an earlier one comes first. ``""`` is the root itself.
        image_kinds: Names of the folder of images in the layout by kind (``image_02``, ``images``), likewise.

    Returns:
        The sequences by name, in order of name.
    """
    bases = [root / part for part in parts if (root / part).is_dir()]
    found: dict[str, SequenceFiles] = {}
    for name in sorted(set(_names_by_kind(bases, image_kinds))):
        images = [base / kind / name for base in bases for kind in image_kinds]
        image_folder = _first_existing(images)
        found[name] = SequenceFiles(
            name=name,
            root=root,
            image_folder=image_folder or root / parts[0] / image_kinds[0] / name,
            has_images=image_folder is not None,
            annotation_text=_first_existing(base / "instances_txt" / f"{name}.txt" for base in bases),
            annotation_folder=_first_existing(base / "instances" / name for base in bases),
            frame_list=_first_existing(base / "frames" / f"{name}.json" for base in bases),
        )
    for base in bases:
        for folder in sorted(path for path in base.iterdir() if path.is_dir()):
            if folder.name in found or not _first_existing([folder / "seqinfo.ini", folder / "gt" / "gt.txt"]):
                continue
            found[folder.name] = SequenceFiles(
                name=folder.name,
                root=root,
                image_folder=folder / "img1",
                has_images=(folder / "img1").is_dir(),
                annotation_text=_first_existing([folder / "gt" / "gt.txt"]),
                frame_list=_first_existing([folder / "seqinfo.ini"]),
            )
    return dict(sorted(found.items()))


def find_by_name(found: Mapping[str, SequenceFiles], name: str) -> SequenceFiles | None:
    """Return the sequence of that name, or else the only one of that number (``2``, ``0002``, ``MOTS20-02``)."""
    if name in found:
        return found[name]
    number = sequence_number(name)
    same = [files for other, files in found.items() if number is not None and sequence_number(other) == number]
    return same[0] if len(same) == 1 else None


def _names_by_kind(bases: Iterable[Path], image_kinds: Iterable[str]) -> Iterable[str]:
    for base in bases:
        for kind in (*image_kinds, "instances"):
            yield from (path.name for path in (base / kind).glob("*") if path.is_dir())
        yield from (path.stem for path in (base / "instances_txt").glob("*.txt"))


def _first_existing(paths: Iterable[Path]) -> Path | None:
    return next((path for path in paths if path.exists()), None)
