"""Boxes on disk, wherever people keep them: one text file a sequence, in a folder or a zip file."""

from __future__ import annotations

import configparser
import json
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath

from mots_plugin.evaluation.file_tree import list_members, read_member
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.reading import surprises_named

TEXT_PATTERNS = (
    r"(?P<name>[^/]+)/gt/gt\.txt",  # MOTChallenge
    r"label_02/(?P<name>[^/]+)\.txt",  # KITTI
    r"(?:data/|tracks/)?(?P<name>[^/]+)\.txt",  # results
)
_FOLDER_ABOVE = r"(?:[^/]+/)?"
_HEAD = 200


@dataclass(frozen=True)
class BoxFile:
    """The boxes of one sequence.

    Attributes:
        name: Name of the sequence.
        root: The folder or zip file searched.
        member: The text file within, with forward slashes.
        last_frame: Last frame of the sequence if a ``seqinfo.ini`` beside says so.
        seconds: That the tracker took for the sequence if a ``seconds.json`` at the root says so.
    """

    name: str
    root: Path
    member: str
    last_frame: int | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        return str(self.root / self.member)

    def read(self) -> bytes:
        """Return its content.

        Raises:
            OSError: It cannot be read.
        """
        return read_member(self.root, self.member)


def find_box_files(root: Path, first_line: re.Pattern[bytes]) -> dict[str, BoxFile]:
    """Find the sequences of a folder or zip file.

    The first of :data:`TEXT_PATTERNS` that fits any file decides where all are looked for; a folder may lie above
    (``training/…``). Text files that neither begin with a line of the format nor are empty are passed over.

    Args:
        root: A folder or zip file.
        first_line: Matches the beginning of a line of the format.

    Returns:
        The sequences by name, in order of name.

    Raises:
        FormatError: There is no such folder or zip file, or nothing in it.
    """
    members = list_members(root, ".txt", "boxes")
    seconds = read_seconds(root)
    for pattern in TEXT_PATTERNS:
        found: dict[str, BoxFile] = {}
        for member in members:
            match = re.fullmatch(_FOLDER_ABOVE + pattern, member)
            if match is None:
                continue
            head = read_member(root, member, _HEAD)
            if not head.strip() or first_line.match(head):
                name = match["name"]
                found[name] = BoxFile(name, root, member, _last_frame_beside(root, member), seconds.get(name))
        if found:
            return dict(sorted(found.items()))
    layouts = "SSSS.txt, data/SSSS.txt, SSSS/gt/gt.txt or label_02/SSSS.txt"
    raise FormatError(root, "holds no boxes of any sequence in this format", f"expected {layouts}")


def read_seconds(root: Path) -> dict[str, float]:
    """Return the seconds that a tracker took for each sequence, if a ``seconds.json`` at the root has them.

    Args:
        root: A folder or zip file of results.

    Raises:
        FormatError: The file holds anything but positive numbers by name.
    """
    try:
        text = read_member(root, "seconds.json")
    except (FileNotFoundError, KeyError):
        return {}
    with surprises_named(
        root / "seconds.json", "holds no seconds", 'write {"sequence": seconds, …}, or remove the file'
    ):
        seconds = {name: float(value) for name, value in json.loads(text).items()}
        if not all(0 < value < float("inf") for value in seconds.values()):
            raise ValueError("a value is not positive")
    return seconds


def _last_frame_beside(root: Path, member: str) -> int | None:
    """Return the sequence's last frame as ``seqinfo.ini`` has it, None if there is none."""
    if not member.endswith("gt/gt.txt"):
        return None
    ini = str(PurePosixPath(member).parent.parent / "seqinfo.ini")
    try:
        text = read_member(root, ini)
    except (FileNotFoundError, KeyError):  # zipfile says KeyError for what an archive does not hold
        return None
    parser = configparser.ConfigParser(interpolation=None)
    try:
        parser.read_string(text.decode("utf-8-sig"))
        return int(parser["Sequence"]["seqLength"])
    except (ValueError, KeyError, configparser.Error) as error:
        problem = f"is no sequence info ({type(error).__name__}: {error})"
        raise FormatError(root / ini, problem, "write [Sequence] with seqLength, as in MOTChallenge") from error
