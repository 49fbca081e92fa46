"""What the servers of benchmarks take: one zip, and results that break none of their rules.

Masks of KITTI MOTS and MOTSChallenge (MOTS20) lie in the root of the zip as one text file a sequence, empty where
nothing was found (motchallenge.net/instructions). Panoptic maps lie as ``SSSS/FFFFFF.png``, coded as the ground truth;
what the servers of KITTI-STEP and MOTChallenge-STEP ask for beyond that is published nowhere that could be read here.
"""

from __future__ import annotations

import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError, frames_out_of_range, place
from mots_plugin.evaluation.track_files import TrackFile, find_track_files
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import CLASS_NAMES
from mots_plugin.formats.mots_txt import format_mots_line
from mots_plugin.formats.seqmap import SequenceRange, sequence_number
from mots_plugin.formats.splits import KITTI_STEP_TEST, MOTCHALLENGE_STEP_TEST, MOTS_CHALLENGE_TEST
from mots_plugin.formats.step_classes import CLASS_LISTS, PanopticClasses
from mots_plugin.formats.step_png import INSTANCE_BITS, MAX_INSTANCE, decode_step_png
from mots_plugin.formats.step_sequences import StepSequence, find_step_sequences
from mots_plugin.formats.zip_files import opened_zip, read_zipped

MOST_INSTANCES = 1000
"""Instances of a class that fit the numbers of deeplab2's evaluation: class * 1000 + instance."""

Member = tuple[str, bytes]
"""A file of the zip: its path and content."""


@dataclass(frozen=True)
class MaskServer:
    """Takes masks as text.

    Attributes:
        split: The sequences to hand in.
        member: Name of a sequence's file, to be filled with its ``number``.
        class_ids: Classes that are scored.
    """

    split: tuple[SequenceRange, ...]
    member: str
    class_ids: tuple[int, ...]

    def find(self, root: Path) -> dict[str, TrackFile]:
        """Find the results of all sequences, text or id PNGs, in a folder or zip file."""
        return find_track_files(root)

    def pack(self, result: TrackFile, wanted: SequenceRange) -> tuple[list[Member], list[Fault]]:
        """Return the file of one sequence, and all that is wrong with it."""
        try:
            tracks = result.read()
        except FaultySequenceError as error:
            return [], error.faults
        last = int(tracks.frames.max(initial=0)) if wanted.last_frame is None else wanted.last_frame
        classes = np.unique(tracks.class_ids).tolist()
        faults = [fault for fault in find_faults(tracks, class_ids=classes) if fault.kind != "empty"]
        faults += frames_out_of_range(tracks, range(wanted.first_frame or 0, last + 1))
        names = ", ".join(f"{class_id} ({CLASS_NAMES[class_id]})" for class_id in self.class_ids)
        for class_id in [each for each in classes if each not in self.class_ids]:
            rows = np.flatnonzero(tracks.class_ids == class_id).tolist()
            count = f" ({len(rows)} masks)" if len(rows) > 1 else ""
            problem, cure = f"class id {class_id} is not scored{count}", f"hand in {names} only"
            faults.append(Fault(tracks.source, place(tracks, rows[0]), problem, cure, "class"))
        if faults:
            return [], faults
        order = np.argsort(tracks.frames, kind="stable").tolist()
        columns = tracks.frames.tolist(), tracks.track_ids.tolist(), tracks.class_ids.tolist(), tracks.masks
        lines = [format_mots_line(*(column[row] for column in columns)) + "\n" for row in order]
        return [(self.member.format(number=sequence_number(wanted.name)), "".join(lines).encode("ascii"))], []


@dataclass(frozen=True)
class MapServer:
    """Takes panoptic maps.

    Attributes:
        split: The sequences to hand in, all frames of them.
        member: Path of a map, to be filled with the ``number`` of its sequence and its ``frame``.
        classes: Classes of the maps.
    """

    split: tuple[SequenceRange, ...]
    member: str
    classes: PanopticClasses

    def find(self, root: Path) -> dict[str, StepSequence]:
        """Find the maps of all sequences in a folder or zip file."""
        return find_step_sequences(root)

    def pack(self, result: StepSequence, wanted: SequenceRange) -> tuple[list[Member], list[Fault]]:
        """Return the maps of one sequence, and all that is wrong with them."""
        first, last = wanted.first_frame or 0, wanted.last_frame
        frames = range(first, (max(result.members) if last is None else last) + 1)
        faults = _faults_of_frames(result, wanted.name, frames)
        members: list[Member] = []
        size: tuple[int, ...] = ()
        with _reader(result.root) as read:
            for frame in sorted(set(frames) & set(result.members)):
                path, data = str(result.path(frame)), read(result.members[frame])
                try:
                    ids = decode_step_png(data, path)
                except FormatError as error:
                    faults.append(Fault(error.file, error.place, error.problem, error.cure, "png"))
                    continue
                size = size or ids.shape
                if ids.shape != size:
                    problem = "is {} x {}, its sequence {} x {} (height x width)".format(*ids.shape, *size)
                    faults.append(Fault(path, "", problem, "give all maps the size of the images", "size"))
                faults += self._faults_of_ids(np.unique(ids), path)
                members.append((self.member.format(number=sequence_number(wanted.name), frame=frame), data))
        return members, faults

    def _faults_of_ids(self, ids: NDArray[np.uint32], path: str) -> list[Fault]:
        """List what is wrong with the distinct ids of a map."""
        faults = []
        class_ids, instances = ids >> INSTANCE_BITS, ids & MAX_INSTANCE
        for class_id in np.unique(class_ids[~self.classes.is_known[class_ids]]).tolist():
            cure = f"use 0 to {len(self.classes.names) - 1}, in red"
            faults.append(Fault(path, "", f"class id {class_id} is unknown", cure, "class"))
        for class_id in np.unique(class_ids[(instances > 0) & ~self.classes.is_thing[class_ids]]).tolist():
            name = dict(enumerate(self.classes.names)).get(class_id, "void")
            problem = f"has instances of {name} (class {class_id}), which is not tracked"
            faults.append(Fault(path, "", problem, "write 0 into green and blue there", "instance"))
        if instances.max(initial=0) >= MOST_INSTANCES:
            problem = f"holds instance {instances.max()}"
            cure = f"number the objects of a class from 1 to {MOST_INSTANCES - 1} over the sequence"
            faults.append(Fault(path, "", problem, cure, "instance"))
        return faults


SERVERS: dict[str, MaskServer | MapServer] = {
    "kitti_mots": MaskServer(KITTI_STEP_TEST, "{number:04d}.txt", (1, 2)),
    "mots_challenge": MaskServer(MOTS_CHALLENGE_TEST, "MOTS20-{number:02d}.txt", (2,)),
    "kitti_step": MapServer(KITTI_STEP_TEST, "{number:04d}/{frame:06d}.png", CLASS_LISTS["kitti_step"]),
    "motchallenge_step": MapServer(
        MOTCHALLENGE_STEP_TEST, "{number:04d}/{frame:06d}.png", CLASS_LISTS["motchallenge_step"]
    ),
}
"""By the name of their benchmark."""


def pack_submission(
    server: MaskServer | MapServer, root: Path, archive: zipfile.ZipFile | None
) -> Iterator[tuple[str, list[Fault]]]:
    """Check the results of one sequence after the other, and put them into a zip.

    Args:
        server: Whose rules hold.
        root: Folder or zip file of results; sequences beyond those of the test set are left out.
        archive: Takes the files of sequences without fault; None to check only.

    Yields:
        Name of each sequence of the test set, and its faults.

    Raises:
        FormatError: There are no results at all.
        OSError: A file cannot be read.
    """
    found = server.find(root)
    for wanted in server.split:
        same = [result for name, result in found.items() if wanted.is_called(name)]
        if len(same) != 1:
            problem = f"has {'several results' if same else 'no result'} of sequence {wanted.name}"
            cure = "keep one of them" if same else "hand in every sequence of the test set, empty if nothing was found"
            yield wanted.name, [Fault(str(root), "", problem, cure, "sequence")]
            continue
        members, faults = server.pack(same[0], wanted)  # type: ignore[arg-type]
        if archive is not None and not faults:
            for name, data in members:
                archive.writestr(name, data, zipfile.ZIP_STORED if name.endswith(".png") else zipfile.ZIP_DEFLATED)
        yield wanted.name, faults


def _faults_of_frames(result: StepSequence, name: str, frames: range) -> list[Fault]:
    faults = []
    for frame in sorted(set(result.members) - set(frames)):
        problem = f"frame {frame} is out of range: sequence {name} has frames {frames[0]} to {frames[-1]}"
        cure = "remove the map, or number the frames as the images are"
        faults.append(Fault(str(result.path(frame)), "", problem, cure, "range"))
    missing = [frame for frame in frames if frame not in result.members]
    if missing:
        more = f", nor of {len(missing) - 1} more" if len(missing) > 1 else ""
        problem = f"sequence {name} has no map of frame {missing[0]}{more}"
        faults.append(Fault(str(result.root), "", problem, "write a map for every image", "frame"))
    return faults


@contextmanager
def _reader(root: Path) -> Iterator[Callable[[str], bytes]]:
    """Open a folder or zip file once for many files; yields a function that reads one."""
    if root.is_dir():
        yield lambda member: (root / member).read_bytes()
    else:
        with opened_zip(root) as archive:
            yield lambda member: read_zipped(archive, member, root)
