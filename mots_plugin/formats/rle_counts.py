"""COCO's compressed run-length strings as numpy arrays of run lengths, many strings at once.

A mask is a list of run lengths over its pixels in column-major order, alternately background and foreground, background
first. COCO (``rleToString`` in cocoapi's maskApi.c) writes every count from the fourth on as its difference to the
count two before it, splits the number into groups of 5 bits, lowest first, and stores each group as one character: bit
5 set when another group follows, plus 48. Bit 4 of a number's last group is its sign.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

LONGEST_RUN = 2**29 - 1
"""Longest run and largest image, in pixels: pycocotools compresses each number into a buffer of 6 groups, unchecked."""

# Seven groups hold 35 bits: more than any difference of two 32-bit counts needs.
_MOST_GROUPS = 7


def decode_counts(strings: Sequence[bytes]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Decode compressed count strings, all of them in one pass.

    Args:
        strings: N compressed strings, as in ``RLE["counts"]``.

    Returns:
        counts: ``(total,)`` run lengths of all strings, one after the other.
        offsets: ``(N + 1,)`` string ``i`` owns ``counts[offsets[i]:offsets[i + 1]]``.

    Raises:
        ValueError: A string holds a character outside ``0`` … ``o``, or ends in the middle of a number.
    """
    counts, offsets, problems = decode_sound_counts(strings)
    if problems:
        row, problem = min(problems.items())
        raise ValueError(f"run-length string {row} {problem}")
    return counts, offsets


def decode_sound_counts(
    strings: Sequence[bytes],
) -> tuple[NDArray[np.int64], NDArray[np.int64], dict[int, str]]:
    """Decode the strings that can be decoded.

    Args:
        strings: N strings from a source that is not to be trusted.

    Returns:
        counts: ``(total,)`` as of :func:`decode_counts`; a string that cannot be decoded has none.
        offsets: ``(N + 1,)`` likewise.
        problems: What is wrong with a string, by its row.
    """
    problems = _find_broken_strings(strings)
    if problems:
        strings = [b"" if row in problems else string for row, string in enumerate(strings)]
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    symbols = np.frombuffer(b"".join(strings), np.uint8) - np.uint8(48)
    ends = np.flatnonzero(symbols < 32) + 1
    groups = np.diff(ends, prepend=0)
    numbers = (symbols[ends - groups] & 31).astype(np.int64)
    for group in range(1, int(groups.max(initial=0))):
        longer = np.flatnonzero(groups > group)
        numbers[longer] += (symbols[(ends - groups)[longer] + group] & 31).astype(np.int64) << 5 * group
    numbers -= (symbols[ends - 1] & 16).astype(np.int64) << 5 * groups - 4  # bit 4 of the last group is the sign
    offsets = np.searchsorted(ends, np.concatenate([[0], np.cumsum(lengths)]), side="right")
    _undo_differences(numbers, offsets)
    return numbers, offsets, problems


def _find_broken_strings(strings: Sequence[bytes]) -> dict[int, str]:
    """Return, by row, what makes a string undecodable."""
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    string_ends = np.cumsum(lengths)
    symbols = np.frombuffer(b"".join(strings), np.uint8) - np.uint8(48)  # below 48 wraps to above 63
    problems: dict[int, str] = {}

    def add(positions: NDArray[np.int64], problem: str) -> None:
        for row in np.unique(np.searchsorted(string_ends, positions, side="right")).tolist():
            problems.setdefault(row, problem)

    add(np.flatnonzero(symbols > 63), "holds a character that no run-length string has")
    last = string_ends[lengths > 0] - 1
    add(last[symbols[last] & 32 != 0], "is truncated (ends in the middle of a number)")
    ends = np.flatnonzero(symbols & 32 == 0) + 1
    groups = np.diff(ends, prepend=0)
    ends = ends[groups > _MOST_GROUPS]
    # Of numbers that end in this string; what an earlier, truncated string left open does not count.
    rows = np.searchsorted(string_ends, ends - 1, side="right")
    begins = np.maximum(ends - groups[groups > _MOST_GROUPS], string_ends[rows] - lengths[rows])
    add(ends[ends - begins > _MOST_GROUPS] - 1, "holds a number that is too long")
    return problems


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


def foreground_runs(
    counts: NDArray[np.int64], offsets: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]:
    """Locate the foreground runs of decoded masks.

    Args:
        counts: ``(total,)`` as :func:`decode_counts` returns them.
        offsets: ``(N + 1,)`` likewise.

    Returns:
        starts: ``(runs,)`` first pixel of each run, as column-major index into its mask; runs of length 0 are left out.
        ends: ``(runs,)`` one past its last pixel.
        rows: ``(runs,)`` which mask the run belongs to.
    """
    sizes = np.diff(offsets)
    rows = np.repeat(np.arange(len(sizes)), sizes)
    position = np.arange(len(counts)) - offsets[rows]
    total = np.cumsum(counts)
    before = np.concatenate([[0], total])[offsets[:-1]]
    stop = total - before[rows]
    wanted = (position % 2 == 1) & (counts > 0)
    return (stop - counts)[wanted], stop[wanted], rows[wanted]


def _undo_differences(numbers: NDArray[np.int64], offsets: NDArray[np.int64]) -> None:
    """Sum up the differences, in place.

    In a string, counts 1, 3, 5, … and 2, 4, 6, … are running sums; count 0 stands alone. The sums run over all strings
    at once, every second number of the whole array; what they held before a string began is then taken off.
    """
    filled = offsets[:-1][np.diff(offsets) > 0]
    first_counts = numbers[filled]
    numbers[filled] = 0
    for parity in (0, 1):
        chain = numbers[parity::2]
        np.cumsum(chain, out=chain)
        bounds = (offsets + 1 - parity) // 2  # where in the chain each string begins
        before = np.concatenate([[0], chain])[bounds[:-1]]
        chain -= np.repeat(before, np.diff(bounds))
    numbers[filled] = first_counts
