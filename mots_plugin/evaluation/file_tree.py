"""Files of a folder or of a zip file, addressed alike: by their path within, with forward slashes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.zip_files import opened_zip, read_zipped

_DEEPEST = 3


def list_members(root: Path, suffix: str, contents: str) -> list[str]:
    """Return the files of one kind, up to three folders deep, those of a folder together.

    Args:
        root: A folder or zip file.
        suffix: How their names end, with the dot.
        contents: What is expected within, for messages.

    Raises:
        FormatError: There is no such folder or zip file.
    """
    if root.is_dir():
        return list(_search(root, suffix))
    if not root.exists():
        raise FormatError(root, "not found", f"name a folder or zip file of {contents}")
    with opened_zip(root, f"name a folder or zip file of {contents}") as archive:
        return sorted(name for name in archive.namelist() if name.endswith(suffix))


def _search(root: Path, suffix: str) -> Iterator[str]:
    folders = [""]
    for _ in range(_DEEPEST + 1):
        deeper: list[str] = []
        for folder in folders:
            with os.scandir(root / folder) as entries:
                kinds = {entry.name: entry.is_dir() for entry in entries}
            names = sorted(kinds)
            yield from (folder + name for name in names if name.endswith(suffix))
            deeper += [f"{folder}{name}/" for name in names if kinds[name]]
        folders = deeper


def read_member(root: Path, member: str, most: int = -1) -> bytes:
    """Read a file.

    Args:
        root: A folder or zip file.
        member: The file.
        most: Read no more than so many bytes; all by default.

    Raises:
        FormatError: A damaged zip file.
        OSError: It cannot be read.
    """
    if root.is_dir():
        with open(root / member, "rb") as file:
            return file.read(most)
    with opened_zip(root) as archive:
        return read_zipped(archive, member, root, most)
