"""Where the runs of many masks begin and end, read from COCO's compressed strings in a few passes over their bytes.

Made for speed: small integers, no gather over all numbers, nearly all of which are a single character. What is wrong
with a broken string is for :mod:`mots_plugin.formats` to say; here it is only refused.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

_MOST_CHARACTERS = 6
"""Of one number; pycocotools writes no more. 30 bits, so that no sum below overflows 32 bits before it is refused."""


def foreground_boundaries(
    strings: Sequence[bytes], pixels: int
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Locate the foreground runs.

    Args:
        strings: N compressed strings.
        pixels: Pixels of the image, below 2**29.

    Returns:
        starts: ``(R,)`` first pixel of each run, as column-major index into its mask, mask after mask.
        ends: ``(R,)`` one past its last pixel. A run of no pixel may end a mask, at the last pixel of the one before.
        runs: ``(N,)`` number of runs of each mask.

    Raises:
        ValueError: A string is malformed, or its runs do not fill the image.
    """
    if not strings:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64)
    # The 0 behind each string completes its last pair, for nearly every mask ends with background; else it takes two.
    differences, first, numbers = _read_numbers(strings)
    even = np.flatnonzero(numbers % 2)
    if len(even):
        differences = np.insert(differences, first[even] + numbers[even], 0)
        numbers[even] += 1
        first = np.cumsum(numbers) - numbers
    counts = _undo_differences(differences, first, numbers)
    last = first + numbers - 1
    counts[last] = 0
    counts[last[even] - 1] = 0
    if counts.min() < 0 or counts.max() > pixels:
        raise ValueError("a run-length code holds an impossible run")

    # Where each run ends within its mask: a running sum of all counts that loses one image with each new mask.
    counts[first[1:]] -= pixels
    background, foreground = counts[0::2], counts[1::2]
    foreground += background
    np.cumsum(foreground, out=foreground)
    background[1:] += foreground[:-1]
    if np.any(foreground[last // 2] != pixels) or foreground.min() < 0:
        raise ValueError("a run-length code does not fill its image")
    starts, ends = background.copy(), foreground.copy()
    runs = numbers // 2
    pad = (last // 2)[runs > 1]
    starts[pad] = ends[pad] = ends[pad - 1] - 1
    some = starts < ends
    if np.count_nonzero(some) < len(some) - len(strings):  # runs of no pixel within a string, which are legal
        runs = np.add.reduceat(some, np.cumsum(runs) - runs, dtype=np.int64)
        return starts[some], ends[some], runs
    return starts, ends, runs


def _read_numbers(strings: Sequence[bytes]) -> tuple[NDArray[np.int32], NDArray[np.int64], NDArray[np.int64]]:
    """Read the numbers of all strings, and a 0 behind each.

    Args:
        strings: N compressed strings.

    Returns:
        ``(V,)`` numbers, ``(N,)`` place of each string's first, ``(N,)`` how many each string has, with the 0.

    Raises:
        ValueError: A string is empty, is cut off or holds a foreign character or too long a number.
    """
    characters = np.frombuffer(b"0".join([*strings, b""]), np.uint8)
    lengths = np.fromiter(map(len, strings), np.int64, len(strings)) + 1
    ends = np.cumsum(lengths)
    closing = characters < 80  # the sixth bit of a character, less 48, says that its number goes on
    if characters.min() < 48 or characters.max() > 111 or lengths.min() == 1 or not closing[ends - 2].all():
        raise ValueError("a run-length code is malformed")
    numbers = np.add.reduceat(closing.view(np.int8), ends - lengths, dtype=np.int32).astype(np.int64)

    # Every place as the end of a number of one character, or of two; then the few of more.
    digits = characters - np.uint8(48) & np.uint8(31)
    signed = ((digits ^ np.uint8(16)).view(np.int8) - np.int8(16)).astype(np.int16)  # bit 4 of the last is the sign
    values = signed * np.int16(32)
    values[1:] += digits[:-1]
    np.copyto(values[1:], signed[1:], where=closing[:-1])
    values[0] = signed[0]
    values = values.astype(np.int32)
    long = np.flatnonzero(closing[2:] & ~(closing[1:-1] | closing[:-2])) + 2
    value, behind, place = signed[long].astype(np.int32), np.arange(len(long)), long - 1
    for _ in range(_MOST_CHARACTERS - 1):
        value[behind] = value[behind] << 5 | digits[place]
        goes_on = ~closing[place - 1]
        behind, place = behind[goes_on], place[goes_on] - 1
    if len(behind):
        raise ValueError("a run-length code holds too long a number")
    values[long] = value
    return values[closing], np.cumsum(numbers) - numbers, numbers


def _undo_differences(
    differences: NDArray[np.int32], first: NDArray[np.int64], numbers: NDArray[np.int64]
) -> NDArray[np.int32]:
    """Turn differences into counts, in place.

    From the fourth on, a number of a string is the difference to the last but one. So a string holds two running sums
    (its first number apart), and every second number of the whole array one such sum after another: each has to begin
    by taking off the one before.

    Args:
        differences: ``(V,)``.
        first: ``(N,)`` place of each string's first number.
        numbers: ``(N,)`` numbers of each string, at least two.
    """
    third = first[numbers > 2] + 2
    differences[third] -= differences[third - 2]
    for parity in (0, 1):
        chain = differences[parity::2]
        begin = (first + (first + parity) % 2) // 2
        chain[begin[1:]] -= np.add.reduceat(chain, begin)[:-1]
        np.cumsum(chain, out=chain)
    return differences
