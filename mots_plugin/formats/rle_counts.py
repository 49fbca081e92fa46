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
    """Locate the foreground runs of many masks, for those to whom speed is all.

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
    if not strings:
        return np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0, np.int64)
    if np.min(pixels) < 1 or np.max(pixels) > LONGEST_RUN:
        raise ValueError("a run-length code is of an impossible image size")
    counts, runs = _decode_counts(strings)
    if counts.min() < 0 or counts.max() > np.max(pixels):
        raise ValueError("a run-length code holds an impossible run")
    # Where each run ends within its mask: a running sum of all counts that loses one image with each new mask.
    foreground = counts[:, 1]
    last = np.cumsum(runs) - 1
    pixels = np.broadcast_to(pixels, runs.shape)
    ends = counts[:, 0] + foreground
    ends[last[:-1] + 1] -= pixels[:-1].astype(np.int32)
    np.cumsum(ends, out=ends)
    if np.any(ends[last] != pixels) or ends.min() < 0:
        raise ValueError("a run-length code does not fill its image")
    starts = ends - foreground
    # The background that closes nearly every mask stands before a run of no pixel; it moves to where the mask ends.
    closing = last[(runs > 1) & (foreground[last] == 0)]
    starts[closing] = ends[closing] = ends[closing - 1] - 1
    if np.count_nonzero(foreground == 0) > len(closing):  # other runs of no pixel: rare, but legal
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
    place, values = _read_long_numbers(characters, goes_on)
    differences[place] = values
    even = np.flatnonzero(numbers % 2)
    if len(even):  # their last row was complete
        differences = np.delete(differences, np.cumsum(numbers)[even] - 1)
    rows = numbers // 2

    # From the fourth on, a number is the difference to the last but one: each string holds two running sums, its first
    # number apart. Summed up over all strings, each sum has to begin by taking off the one before.
    first = np.cumsum(rows) - rows
    second = first[rows > 1] + 1
    differences[2 * second] -= differences[2 * second - 2]
    # Both sums at once, as 64-bit numbers: foreground in the upper half, from which a negative lower half borrows.
    differences[1::2] += differences[0::2] >> 31
    sums = differences.view("<i8")
    sums[first[1:]] -= np.add.reduceat(sums, first)[:-1]
    np.cumsum(sums, out=sums)
    counts = differences.reshape(-1, 2)
    counts[np.delete(first + rows - 1, even), 1] = 0
    return counts, rows


def _read_long_numbers(
    characters: NDArray[np.uint8], goes_on: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Read the numbers of several characters.

    Args:
        characters: ``(C,)`` all strings.
        goes_on: ``(G,)`` place of each character that is not the last of its number, ascending.

    Returns:
        ``(L,)`` how many numbers stand before each of these, and ``(L,)`` their values.

    Raises:
        ValueError: A number is too long.
    """
    if not len(goes_on):
        return goes_on, goes_on
    before = goes_on - np.arange(len(goes_on))  # numbers that end before
    begin = np.concatenate([[0], np.flatnonzero(before[1:] != before[:-1]) + 1])
    lengths = np.concatenate([begin[1:], [len(goes_on)]]) - begin
    if lengths.max() >= _MOST_GROUPS:
        raise ValueError("a run-length code holds too long a number")
    bits = 5 * (np.arange(len(goes_on)) - np.repeat(begin, lengths))
    values = np.add.reduceat((characters[goes_on] - np.int64(80)) << bits, begin)
    last = characters[goes_on[begin] + lengths]
    return before[begin], values + (_SIGNED[last] << 5 * lengths)


_SIGNED = np.frombuffer(_LAST_GROUP, np.int8).astype(np.int64)
