"""Masks on disk, wherever people keep them: text files or id PNGs of each sequence, or one json of all of them."""

from __future__ import annotations

import re
import tempfile
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path, PurePosixPath

from mots_plugin.evaluation.file_tree import list_members, read_member
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_list import read_seqinfo
from mots_plugin.formats.id_png import read_id_png_folder
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import parse_mots_txt
from mots_plugin.formats.seqmap import SequenceRange
from mots_plugin.formats.zip_files import opened_zip, read_zipped

TEXT_PATTERNS = (
    r"(?P<name>[^/]+)/gt/gt\.txt",  # MOTS20, as all of MOTChallenge
    r"instances_txt/(?P<name>[^/]+)\.txt",  # KITTI MOTS
    r"label_02/(?P<name>[^/]+)\.txt",  # KITTI MOTS as trackeval lays it out
    r"(?:data/|tracks/)?(?P<name>[^/]+)\.txt",  # results
)
PNG_PATTERNS = (r"instances/(?P<name>[^/]+)/[0-9]+\.png", r"(?P<name>[^/]+)/[0-9]+\.png")
_FOLDER_ABOVE = r"(?:[^/]+/)?"
_HEAD = 200
_MOTS_LINE = re.compile(rb"\s*(-?[0-9]+\s+){5}\S")


@dataclass(frozen=True)
class TrackFile:
    """The masks of one sequence: a text file, a folder of id PNGs, or a video of a COCO-video json.

    Attributes:
        name: Name of the sequence.
        root: The folder, zip file or json searched.
        member: The text file or PNG folder within, with forward slashes; empty for a json.
        last_frame: Last frame of the sequence if something beside the masks says so (``seqinfo.ini``, the last PNG).
        frames: Number of every frame, as a json lists them; None if nothing does.
        own_classes: Ids that id PNGs may have besides those of MOTS.
    """

    name: str
    root: Path
    member: str
    last_frame: int | None = None
    frames: tuple[int, ...] | None = None
    own_classes: tuple[int, ...] = ()

    def __str__(self) -> str:
        return str(self.root / self.member)

    def read(self) -> MaskTracks:
        """Read the masks, unchecked.

        Raises:
            FaultySequenceError: Lines that cannot be read, all of them.
            FormatError: Something else is wrong with the files.
            OSError: They cannot be read.
        """
        if not self.member:
            return read_annotations(self.root).mask_tracks(self.name)
        if not self.member.endswith(".txt"):
            return self._read_pngs()
        tracks, faults = parse_mots_txt(read_member(self.root, self.member), str(self), self.name)
        if faults:
            raise FaultySequenceError(faults)
        return tracks

    def _read_pngs(self) -> MaskTracks:
        if self.root.is_dir():
            return read_id_png_folder(self.root / self.member, name=self.name, own_classes=self.own_classes)
        with opened_zip(self.root) as archive, tempfile.TemporaryDirectory() as folder:
            for member in archive.namelist():
                if PurePosixPath(member).parent == PurePosixPath(self.member) and member.endswith(".png"):
                    (Path(folder) / PurePosixPath(member).name).write_bytes(read_zipped(archive, member, self.root))
            try:
                return read_id_png_folder(folder, name=self.name, own_classes=self.own_classes)
            except FormatError as error:
                member = f"{self.member}/{Path(error.file).name}"
                raise FormatError(self.root / member, error.problem, error.cure, error.place) from error


def find_track_files(root: Path, own_classes: Iterable[int] = ()) -> dict[str, TrackFile]:
    """Find the sequences of a folder, zip file or COCO-video json.

    The first of :data:`TEXT_PATTERNS` and then of :data:`PNG_PATTERNS` that fits any file decides where all are looked
    for; a folder may lie above (``training/…``). Text files that neither begin with a line of MOTS nor are empty are
    passed over.

    Args:
        root: A folder, zip file or COCO-video json.
        own_classes: Ids that id PNGs may have besides those of MOTS.

    Returns:
        The sequences by name, in order of name.

    Raises:
        FormatError: There is no such folder, zip file or json, or nothing in it.
    """
    if is_annotation_file(root):
        coco = read_annotations(root)
        names = sorted(video["name"] for video in coco.videos)
        return {name: TrackFile(name, root, "", frames=tuple(coco.frames(name).frame_numbers)) for name in names}
    own_classes = tuple(own_classes)
    members: dict[str, list[str]] = {}
    for pattern in (*TEXT_PATTERNS, *PNG_PATTERNS):
        found: dict[str, TrackFile] = {}
        suffix = pattern[-4:]
        if suffix not in members:
            members[suffix] = list_members(root, suffix, "masks")
        for member in members[suffix]:
            match = re.fullmatch(_FOLDER_ABOVE + pattern, member)
            if match is None:
                continue
            name = match["name"]
            if member.endswith(".png"):
                frame = int(PurePosixPath(member).stem)
                last = max(frame, (found[name].last_frame or 0) if name in found else 0)
                folder = str(PurePosixPath(member).parent)
                found[name] = TrackFile(name, root, folder, last, own_classes=own_classes)
            elif _holds_masks(root, member):
                found[name] = TrackFile(name, root, member, _last_frame_beside(root, member))
        if found:
            return dict(sorted(found.items()))
    layouts = "SSSS.txt, instances_txt/SSSS.txt, SSSS/gt/gt.txt or instances/SSSS/FFFFFF.png"
    raise FormatError(root, "holds no masks of any sequence", f"expected {layouts}")


def is_annotation_file(root: Path) -> bool:
    """Return whether a path is that of a json, which holds the masks of all sequences."""
    return root.suffix == ".json" and root.is_file()


def read_annotations(path: Path) -> CocoVideo:
    """Read a COCO-video json; one that was just read is not read again, though each of its videos asks for it."""
    return _read_annotations(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=2)  # ground truth and results
def _read_annotations(path: Path, modified: int) -> CocoVideo:
    return read_coco_video(path)


def require(found: dict[str, TrackFile], wanted: SequenceRange, root: Path, cure: str) -> TrackFile:
    """Return the file of a sequence.

    Args:
        found: What :func:`find_track_files` has found.
        wanted: The sequence, by name or number.
        root: Where it was looked for, for the message.
        cure: What to do if it is missing.

    Raises:
        FormatError: It is missing, or two files claim the number.
    """
    if wanted.name in found:
        return found[wanted.name]
    same = [file for name, file in found.items() if wanted.is_called(name)]
    if len(same) == 1:
        return same[0]
    problem = f"has no sequence {wanted.name}" if not same else f"has several files for sequence {wanted.name}"
    raise FormatError(root, problem, cure)


def _holds_masks(root: Path, member: str) -> bool:
    head = read_member(root, member, _HEAD)
    return not head.strip() or _MOTS_LINE.match(head) is not None


def _last_frame_beside(root: Path, member: str) -> int | None:
    """Return the sequence's last frame as ``seqinfo.ini`` has it, None if there is none."""
    ini = root / PurePosixPath(member).parent.parent / "seqinfo.ini"
    if not member.endswith("gt/gt.txt") or not root.is_dir() or not ini.is_file():
        return None
    return read_seqinfo(ini, root).frame_numbers[-1]


def frame_numbers(
    wanted: SequenceRange, files: Sequence[TrackFile], tracks: Sequence[MaskTracks], first_frame: int
) -> range:
    """Return the frames of a sequence: as wanted, else as the files beside the masks say, else up to the last mask.

    Args:
        wanted: Range that was asked for.
        files: The files of the sequence, ground truth first.
        tracks: Their masks.
        first_frame: First frame in this data set, where ``wanted`` has none.
    """
    first = first_frame if wanted.first_frame is None else wanted.first_frame
    if wanted.last_frame is not None:
        return range(first, wanted.last_frame + 1)
    if files[0].last_frame is not None:
        return range(first, files[0].last_frame + 1)
    return range(first, max(int(part.frames.max(initial=first - 1)) for part in tracks) + 1)
