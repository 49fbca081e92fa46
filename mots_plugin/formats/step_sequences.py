"""Where a folder or zip file keeps the panoptic maps of each sequence.

``panoptic_maps/{train,val}/SSSS/FFFFFF.png`` as KITTI-STEP and MOTChallenge-STEP have it, with or without the folders
above; without ``panoptic_maps`` in the path, every folder of numbered PNGs is taken for a sequence.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.step_png import decode_step_png
from mots_plugin.formats.zip_files import opened_zip, read_zipped

_PATTERNS = (
    r"(?:.*/)?panoptic_maps/(?:[^/]+/)?(?P<name>[^/]+)/(?P<frame>[0-9]+)\.png",
    r"(?:.*/)?(?P<name>[^/]+)/(?P<frame>[0-9]+)\.png",
)


@dataclass(frozen=True)
class StepSequence:
    """The maps of one sequence.

    Attributes:
        name: Name of the sequence.
        root: The folder or zip file searched.
        members: The file of each frame, by frame number, ascending; within the root, with forward slashes.
    """

    name: str
    root: Path
    members: dict[int, str]

    def path(self, frame: int) -> Path:
        """Where a frame lies, for messages; within a zip file too."""
        return self.root / self.members[frame]

    @contextmanager
    def opened(self) -> Iterator[Callable[[int], NDArray[np.uint32]]]:
        """Open the sequence; yields a function that reads a frame's ``(H, W)`` panoptic ids.

        That function raises a ``FormatError`` for a file that is no map (see
        :func:`mots_plugin.formats.step_png.decode_step_png`) and an ``OSError`` for one that cannot be read.
        """
        if self.root.is_dir():
            yield lambda frame: decode_step_png(self.path(frame).read_bytes(), self.path(frame))
            return
        with opened_zip(self.root) as archive:
            yield lambda frame: decode_step_png(read_zipped(archive, self.members[frame], self.root), self.path(frame))


def find_step_sequences(root: str | os.PathLike[str]) -> dict[str, StepSequence]:
    """Find the sequences of a folder or zip file.

    Args:
        root: A folder, looked into four folders deep, or a zip file.

    Returns:
        The sequences by name, in order of name.

    Raises:
        FormatError: There is no such folder or zip file, no map in it, or two of one sequence and frame.
        OSError: It cannot be read.
    """
    root = Path(root)
    members = sorted(_png_members(root))
    for pattern in _PATTERNS:
        found: dict[str, dict[int, str]] = {}
        for match in filter(None, (re.fullmatch(pattern, member) for member in members)):
            frames, frame = found.setdefault(match["name"], {}), int(match["frame"])
            if frame in frames:
                problem = f"frame {frame} of sequence {match['name']} lies also in {frames[frame]}"
                raise FormatError(root / match.group(), problem, "name the folder of one split")
            frames[frame] = match.group()
        if found:
            return {
                name: StepSequence(name, root, dict(sorted(frames.items()))) for name, frames in sorted(found.items())
            }
    raise FormatError(root, "holds no panoptic map", "expected panoptic_maps/val/SSSS/FFFFFF.png or SSSS/FFFFFF.png")


def _png_members(root: Path) -> Iterator[str]:
    if root.is_dir():
        for folder, subfolders, files in os.walk(root, followlinks=True):
            place = Path(folder).relative_to(root)
            if len(place.parts) == 4:
                subfolders.clear()
            subfolders[:] = [name for name in subfolders if not name.startswith(".")]
            yield from ((place / name).as_posix() for name in files if name.endswith(".png"))
        return
    if not root.exists():
        raise FormatError(root, "not found", "name a folder or zip file of panoptic maps")
    with opened_zip(root, "name a folder or zip file of maps") as archive:
        yield from (name for name in archive.namelist() if name.endswith(".png"))
