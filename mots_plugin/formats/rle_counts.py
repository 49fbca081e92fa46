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
    problems = malformed_strings(strings)
    if problems:
        row, problem = min(problems.items())
        raise ValueError(f"run-length string {row}: {problem}")
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    symbols = np.frombuffer(b"".join(strings), np.uint8).astype(np.int64) - 48
    if not len(symbols):
        return np.zeros(0, np.int64), np.zeros(len(strings) + 1, np.int64)
    last = symbols & 32 == 0
    ends = np.flatnonzero(last) + 1
    starts = np.concatenate([[0], ends[:-1]])
    group = np.arange(len(symbols)) - np.repeat(starts, ends - starts)
    numbers = np.add.reduceat((symbols & 31) << 5 * group, starts)
    negative = symbols[ends - 1] & 16 != 0
    numbers[negative] -= np.int64(1) << 5 * (ends - starts)[negative]
    numbers_before = np.concatenate([[0], np.cumsum(last)])
    offsets = numbers_before[np.concatenate([[0], np.cumsum(lengths)])]
    return _undo_differences(numbers, offsets), offsets


def malformed_strings(strings: Sequence[bytes]) -> dict[int, str]:
    """Return, by row, what makes a string undecodable; rows of sound strings are absent.

    Args:
        strings: N compressed strings.
    """
    lengths = np.fromiter(map(len, strings), np.int64, len(strings))
    rows = np.repeat(np.arange(len(strings)), lengths)
    symbols = np.frombuffer(b"".join(strings), np.uint8).astype(np.int64) - 48
    problems: dict[int, str] = {}
    alien = (symbols < 0) | (symbols > 63)
    for row in np.unique(rows[alien]):
        problems[int(row)] = "holds a character that no run-length string has"
    continued = symbols & 32 != 0
    ends = np.cumsum(lengths)
    filled = np.flatnonzero(lengths)
    for row in filled[continued[ends[filled] - 1]]:
        problems.setdefault(int(row), "is truncated (ends in the middle of a number)")
    # As many continuation bits in a row as no 32-bit count needs.
    runs = np.convolve(continued, np.ones(_MOST_GROUPS, np.int64))[_MOST_GROUPS - 1 :] if len(symbols) else continued
    for row in np.unique(rows[runs[: len(rows)] >= _MOST_GROUPS]):
        problems.setdefault(int(row), "holds a number that is too long")
    return problems


def encode_counts(counts: NDArray[np.int64], height: int, width: int) -> bytes:
    """Compress run lengths to COCO's string.

    Args:
        counts: ``(runs,)`` alternately background and foreground, background first; they sum to ``height * width``.
        height: Image height, pixels.
        width: Image width, pixels.
    """
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


def _undo_differences(numbers: NDArray[np.int64], offsets: NDArray[np.int64]) -> NDArray[np.int64]:
    """Sum up the differences: counts 1, 3, 5, … and 2, 4, 6, … of a string are running sums; count 0 stands alone."""
    sizes = np.diff(offsets)
    position = np.arange(len(numbers)) - np.repeat(offsets[:-1], sizes)
    counts = numbers.copy()
    for chain in (position % 2 == 1, (position % 2 == 0) & (position > 0)):
        running = np.concatenate([[0], np.cumsum(np.where(chain, numbers, 0))])
        counts[chain] = (running[1:] - np.repeat(running[offsets[:-1]], sizes))[chain]
    return counts
