"""What all readers of text and json share: a file that is not what it should be is named, whatever it holds."""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from mots_plugin.formats.errors import FormatError

_SURPRISES = (ValueError, KeyError, TypeError, AttributeError, IndexError, OverflowError, RecursionError)
_LARGEST_INTEGER = 2**63


@contextmanager
def surprises_named(path: str | os.PathLike[str], expected: str, cure: str, place: str = "") -> Iterator[None]:
    """Turn what goes wrong in a ``with`` block over the content of a file into a :class:`FormatError`.

    For blocks that only take apart what a file holds: a missing key, a list where a number should be, a number that no
    integer of the machine can hold.

    Args:
        path: The file.
        expected: What it should be, as in ``'is not a list of frames'``.
        cure: How to mend it.
        place: Where in the file.
    """
    try:
        yield
    except FormatError:
        raise
    except _SURPRISES as error:
        shown = " ".join(str(error).split())[:200]
        kind = "" if isinstance(error, ValueError) else f"{type(error).__name__}: "
        raise FormatError(path, f"{expected} ({kind}{shown})", cure, place) from error


def read_text(path: str | os.PathLike[str], cure: str) -> str:
    """Read a text file in UTF-8, with or without byte order mark.

    Raises:
        FormatError: It is no such text.
        OSError: It cannot be read.
    """
    try:
        return Path(path).read_text(encoding="utf-8-sig")
    except UnicodeDecodeError as error:
        raise FormatError(path, f"is not a text file in UTF-8 (byte {error.start})", cure) from error


def read_json(path: str | os.PathLike[str], cure: str, expected: str = "is not json") -> Any:
    """Read a json file.

    Args:
        path: The file.
        cure: How to mend it.
        expected: What it should be, for the message.

    Raises:
        FormatError: It is none.
        OSError: It cannot be read.
    """
    with surprises_named(path, expected, cure):
        return json.loads(Path(path).read_text(encoding="utf-8-sig"))


def is_integer(value: Any) -> bool:
    """Whether a value of a json is a whole number that fits 64 bits."""
    return isinstance(value, int) and not isinstance(value, bool) and -_LARGEST_INTEGER <= value < _LARGEST_INTEGER


def is_image_side(value: Any) -> bool:
    """Whether a value of a json can be the height or width of an image."""
    return is_integer(value) and 0 < value < 2**16
