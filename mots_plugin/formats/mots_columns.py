"""The text format of MOTS read by columns: much faster than line by line, for files that hold nothing unusual."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.text_masks import TextMasks

_NUMBERS = 5
_MOST_DIGITS = 9
_SPACE, _ZERO = b" "[0], b"0"[0]
_SEPARATORS = np.frombuffer(b" " * _NUMBERS + b"\n", np.uint8)


def read_columns(data: bytes) -> tuple[NDArray[np.int64], TextMasks] | None:
    """Read a text of lines, if each of them is five plain numbers and a code with one space between.

    Args:
        data: The text.

    Returns:
        The ``(N, 5)`` numbers frame, track id, class id, height and width, and N masks. None if the text is of any
        other form.
    """
    if data and not data.endswith(b"\n"):
        data += b"\n"
    characters = np.frombuffer(data, np.uint8)
    separators = np.flatnonzero(characters <= _SPACE)
    if len(separators) % len(_SEPARATORS):
        return None
    behind = separators.reshape(-1, len(_SEPARATORS))  # where each field of each line ends
    begin = np.concatenate([[0], separators + 1])[: len(separators)].reshape(behind.shape)
    if np.any(behind == begin) or np.any(characters[behind] != _SEPARATORS):
        return None
    numbers = _read_integers(characters, begin[:, :_NUMBERS], behind[:, :_NUMBERS])
    if numbers is None:
        return None
    return numbers, TextMasks(data, begin[:, -1], behind[:, -1], numbers[:, 3:])


def _read_integers(
    characters: NDArray[np.uint8], begin: NDArray[np.int64], behind: NDArray[np.int64]
) -> NDArray[np.int64] | None:
    """Read decimal numbers, all at once; None if one is not made of a few digits.

    Args:
        characters: ``(C,)`` the text.
        begin: ``(N, 5)`` place of each number's first character.
        behind: ``(N, 5)`` one past its last.
    """
    digits = (behind - begin).astype(np.int8)
    longest = int(digits.max(initial=0))
    if longest > _MOST_DIGITS:
        return None
    values = np.zeros(begin.shape, np.int32)
    place = behind - 1
    for power in range(longest):
        digit = characters[place] - np.uint8(_ZERO)  # other characters wrap to above 9
        digit[digits <= power] = 0
        if digit.max() > 9:
            return None
        values += digit * np.int32(10**power)
        place = np.maximum(place - 1, 0)
    return values.astype(np.int64)
