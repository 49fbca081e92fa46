"""COCO's compressed run-length strings as numpy arrays of runs, many strings at once; the only decoder there is.

A mask is a list of run lengths over its pixels in column-major order, alternately background and foreground, background
first. COCO (``rleToString`` in cocoapi's maskApi.c) writes every count from the fourth on as its difference to the
count two before it, splits the number into groups of 5 bits, lowest first, and stores each group as one character: bit
5 set when another group follows, plus 48. Bit 4 of a number's last group is its sign.

Nearly all numbers are a single character. So the last characters of all numbers are read in one go, as if there were
no others, and what the few others add comes after.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

LONGEST_RUN = 2**29 - 1
"""Longest run and largest image, in pixels: pycocotools compresses each number into a buffer of 6 groups, unchecked."""

_MOST_GROUPS = 6
_GOES_ON = bytes(range(80, 112))
"""Characters behind which a number goes on."""
_LAST_GROUP = bytes(((character - 48 & 31 ^ 16) - 16) % 256 for character in range(256))
"""What each character says as the last of its number: five bits, the highest of them the sign, as an int8."""


def foreground_boundaries(
    strings: Sequence[bytes], pixels: int | NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int32], NDArray[np.int64]]:
    """Locate the foreground runs of many masks.

    Args:
        strings: N compressed strings, as in ``RLE["counts"]``.
        pixels: Pixels of their images, for all or for each ``(N,)``; at most :data:`LONGEST_RUN`.

    Returns:
        starts: ``(R,)`` first pixel of each run, as column-major index into its mask, mask after mask.
        ends: ``(R,)`` one past its last pixel. A run of no pixel may end a mask, at the last pixel of the one before.
        runs: ``(N,)`` number of runs of each mask, 0 if it is empty.

    Raises:
        ValueError: A string is malformed, or its runs do not fill the image; :func:`explain_broken_string` says which
            rule it breaks.
    """
    counts, runs = read_counts(strings, pixels)
    return place_runs(counts, runs, pixels, np.zeros(len(strings), np.int32))


def read_counts(
    strings: Sequence[bytes], pixels: int | NDArray[np.int64]
) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Read the run lengths of many masks: with :func:`place_runs`, for those to whom speed is all.

    Args:
        strings: N compressed strings, as in ``RLE["counts"]``.
        pixels: Pixels of their images, for all or for each ``(N,)``; at most :data:`LONGEST_RUN`.

    Returns:
        counts: ``(R, 2)`` pixels of background and of the foreground that follows them, mask after mask, from 0 to the
            pixels of the largest image. A background that closes its mask is followed by a foreground of 0.
        runs: ``(N,)`` how many such rows each mask has, at least one.

    Raises:
        ValueError: A string is malformed, or holds a run that no image has.
    """
    if not strings:
        return np.zeros((0, 2), np.int32), np.zeros(0, np.int64)
    if np.min(pixels) < 1 or np.max(pixels) > LONGEST_RUN:
        raise ValueError("a run-length code is of an impossible image size")
    counts, runs = _decode_counts(strings)
    if counts.min() < 0 or counts.max() > np.max(pixels):
        raise ValueError("a run-length code holds an impossible run")
    return counts, runs


def place_runs(
    counts: NDArray[np.int32],
    runs: NDArray[np.int64],
    pixels: int | NDArray[np.int64],
    begin: NDArray[Any],
) -> tuple[NDArray[Any], NDArray[Any], NDArray[np.int64]]:
    """Place the foreground runs of many masks along one line.

    Args:
        counts: ``(R, 2)``, see :func:`read_counts`.
        runs: ``(N,)`` rows of each mask.
        pixels: Pixels of their images, for all or for each ``(N,)``.
        begin: ``(N,)`` int32 or int64 place of the first pixel of each image, so that no run lies below 0.

    Returns:
        starts: ``(F,)`` place of the first pixel of each run, of the type of ``begin``, mask after mask.
        ends: ``(F,)`` one past its last pixel. A run of no pixel may end a mask, at the last pixel of the one before.
        runs: ``(N,)`` number of runs of each mask, 0 if it is empty.

    Raises:
        ValueError: The runs of a mask do not fill its image.
    """
    if not len(runs):
        return begin, begin, runs
    last = np.cumsum(runs) - 1
    behind = begin + np.asarray(pixels, begin.dtype)
    foreground = counts[:, 1]
    # Where each run ends: a running sum of all counts that leaps to the next image with each new mask.
    lengths = np.empty((len(counts), 2), begin.dtype)[:, 0]  # numpy sums up columns four times as fast as whole arrays
    np.add(counts[:, 0], foreground, out=lengths)
    lengths[0] += begin[0]
    lengths[last[:-1] + 1] += begin[1:] - behind[:-1]
    ends = np.cumsum(lengths, dtype=begin.dtype)
    if np.any(ends[last] != behind) or ends.min() < 0:
        raise ValueError("a run-length code does not fill its image")
    starts = ends - foreground
    # The background that closes nearly every mask stands before a run of no pixel; it moves to where the mask ends.
    closing = last[(runs > 1) & (foreground[last] == 0)]
    starts[closing] = ends[closing] = ends[closing - 1] - 1
    if np.count_nonzero(foreground) < len(foreground) - len(closing):  # other runs of no pixel: rare, but legal
        some = starts < ends
        return starts[some], ends[some], np.add.reduceat(some, last - runs + 1, dtype=np.int64)
    return starts, ends, runs


def foreground_runs(
    strings: Sequence[bytes], pixels: int | NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Locate the foreground runs of many masks.

    Args:
        strings: N compressed strings, as in ``RLE["counts"]``.
        pixels: Pixels of their images, for all or for each ``(N,)``.

    Returns:
        starts: ``(R,)`` first pixel of each run, as column-major index into its mask, mask after mask.
        ends: ``(R,)`` one past its last pixel; runs of no pixel are left out.
        rows: ``(R,)`` which mask the run belongs to.

    Raises:
        ValueError: See :func:`foreground_boundaries`.
    """
    starts, ends, runs = foreground_boundaries(strings, pixels)
    some = starts < ends
    return starts[some].astype(np.int64), ends[some].astype(np.int64), np.repeat(np.arange(len(runs)), runs)[some]


def explain_broken_string(string: bytes, height: int, width: int) -> str | None:
    """Say what is wrong with a run-length code, None if it is sound.

    Args:
        string: A string from a source that is not to be trusted.
        height: Image height as that source has it.
        width: Image width likewise.
    """
    if re.search(rb"[^0-o]", string):
        return "holds a character that no run-length string has"
    if string[-1:] >= b"P":
        return "is truncated (ends in the middle of a number)"
    if re.search(rb"[P-o]{%d}" % _MOST_GROUPS, string):
        return "holds a number that is too long"
    if min(height, width) < 1 or height * width > LONGEST_RUN:
        return f"is of an impossible image size {height} x {width}"
    counts = _decode_counts([string])[0] if string else np.zeros((0, 2), np.int32)
    if np.any((counts < 0) | (counts > LONGEST_RUN)):
        return "holds an impossible run length (below 0, or beyond any image)"
    covered = int(counts.sum(dtype=np.int64))
    if covered != height * width:
        cause = "truncated, or of another image size" if covered < height * width else "of another image size"
        return f"covers {covered} of the {height * width} pixels of {height} x {width}: {cause}"
    return None


def encode_counts(counts: NDArray[np.int64], height: int, width: int) -> bytes:
    """Compress run lengths to COCO's string.

    Args:
        counts: ``(runs,)`` alternately background and foreground, background first; they sum to ``height * width``.
        height: Image height, pixels.
        width: Image width, pixels.

    Raises:
        ValueError: The image has more pixels than :data:`LONGEST_RUN`, a count is negative, or the sum is wrong.
    """
    if height * width > LONGEST_RUN or np.any(counts < 0) or np.sum(counts) != height * width:
        raise ValueError(f"cannot compress {len(counts)} run lengths of an image of {height} x {width} pixels")
    import pycocotools.mask

    return pycocotools.mask.frPyObjects({"size": [height, width], "counts": counts}, height, width)["counts"]


def _decode_counts(strings: Sequence[bytes]) -> tuple[NDArray[np.int32], NDArray[np.int64]]:
    """Read all run lengths.

    Args:
        strings: N compressed strings, at least one.

    Returns:
        ``(R, 2)`` background counts and the foreground counts that follow them, mask after mask, and ``(N,)`` how many
        such rows each mask has. A background that closes its mask is followed by a foreground of 0. In a string with
        counts that no image has, the first of these is below 0 or above :data:`LONGEST_RUN`.

    Raises:
        ValueError: A string is empty, is cut off or holds a foreign character or too long a number.
    """
    # The 0 behind each string completes its last row, for nearly every mask ends with background.
    text = b"0".join([*strings, b""])
    characters = np.frombuffer(text, np.uint8)
    behind = np.cumsum(np.fromiter(map(len, strings), np.int64, len(strings)) + 1)
    if b"" in strings or characters.min() < 48 or characters.max() > 111 or characters[behind - 2].max() >= _GOES_ON[0]:
        raise ValueError("a run-length code is malformed")
    goes_on = np.flatnonzero(characters >= _GOES_ON[0])
    numbers = np.diff(behind - np.searchsorted(goes_on, behind), prepend=0)
    differences = np.frombuffer(text.translate(_LAST_GROUP, _GOES_ON), np.int8).astype("<i4")
    _add_groups(differences, characters, goes_on)
    complete = numbers % 2 == 1  # without the 0, which goes
    if complete.any():
        pieces = np.split(differences, np.cumsum(numbers)[complete])
        differences = np.concatenate([*(piece[:-1] for piece in pieces[:-1]), pieces[-1]])
    rows = numbers // 2

    # From the fourth on, a number is the difference to the last but one: each string holds two running sums, its first
    # number apart. Summed up over all strings, each sum has to begin by taking off the one before.
    first = np.cumsum(rows) - rows
    second = first[rows > 1] + 1
    differences[2 * second] -= differences[2 * second - 2]
    counts = differences.reshape(-1, 2)
    for column in counts.T:
        column[first[1:]] -= np.add.reduceat(column, first, dtype=np.int32)[:-1]
        np.cumsum(column, out=column)
    counts[(first + rows - 1)[~complete], 1] = 0
    return counts, rows


def _add_groups(values: NDArray[np.int32], characters: NDArray[np.uint8], goes_on: NDArray[np.int64]) -> None:
    """Complete, in place, the numbers of several characters.

    Args:
        values: ``(M,)`` what the last group of each number says.
        characters: ``(C,)`` all strings.
        goes_on: ``(G,)`` place of each character that is not the last of its number, ascending.

    Raises:
        ValueError: A number is too long.
    """
    if not len(goes_on):
        return
    number = goes_on - np.arange(len(goes_on))  # numbers that end before
    begin = np.flatnonzero(np.append(True, number[1:] != number[:-1]))
    number, groups = number[begin], np.diff(begin, append=len(goes_on)).astype(np.int32)
    if groups.max() >= _MOST_GROUPS:
        raise ValueError("a run-length code holds too long a number")
    low = characters[goes_on] - np.int32(_GOES_ON[0])
    value = low[begin] + (values[number] << 5 * groups)
    for group in range(1, int(groups.max())):  # ever fewer: nearly all have two groups, the last of them is there
        longer = np.flatnonzero(groups > group)
        value[longer] += low[begin[longer] + group] << 5 * group
    values[number] = value
