"""Zip files as untrusted bytes: whatever is broken in them is one line that names the file."""

from __future__ import annotations

import os
import struct
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from mots_plugin.formats.errors import FormatError

MOST_BYTES = 2**30
"""Largest file that is taken out of a zip file: no text and no picture of a sequence is as large."""

_CURE = "pack it anew"
# Damaged, encrypted, of a method that is not supported, or with places beyond the end of the file.
_DAMAGE = (
    *(zipfile.BadZipFile, zlib.error, struct.error, EOFError, RuntimeError, NotImplementedError),
    *(ValueError, OverflowError, IndexError),
)


@contextmanager
def opened_zip(path: str | os.PathLike[str], cure: str = _CURE) -> Iterator[zipfile.ZipFile]:
    """Open a zip file for reading.

    Raises:
        FormatError: It is none, or damaged.
        OSError: It cannot be opened.
    """
    with open(path, "rb") as file:
        try:
            archive = zipfile.ZipFile(file)
        except zipfile.BadZipFile as error:
            raise FormatError(path, "is neither a folder nor a zip file", cure) from error
        except (*_DAMAGE, OSError) as error:
            raise FormatError(path, f"is a damaged zip file ({error})", cure) from error
        with archive:
            yield archive


def read_zipped(archive: zipfile.ZipFile, member: str, source: str | os.PathLike[str], most: int = -1) -> bytes:
    """Read a file of a zip file.

    Args:
        archive: The zip file, open.
        member: The file within.
        source: The zip file, for messages.
        most: Read no more than so many bytes; all by default.

    Raises:
        FormatError: It cannot be unpacked, or is larger than :data:`MOST_BYTES`.
        KeyError: There is no such file.
    """
    size = archive.getinfo(member).file_size
    if most < 0 and size > MOST_BYTES:
        raise FormatError(Path(source) / member, f"is {size} bytes large", _CURE)
    try:
        with archive.open(member) as stream:
            return stream.read(most)
    except (*_DAMAGE, OSError) as error:
        raise FormatError(Path(source) / member, f"cannot be unpacked ({error})", _CURE) from error
