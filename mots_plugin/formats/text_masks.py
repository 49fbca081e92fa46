"""Masks of a text file, left in the text until someone asks for one.

A sequence has thousands of masks, and most of what is done with them needs their codes only, all at once. To make an
object of each beforehand takes longer than to find all their overlaps.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import overload

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import RLE


class TextMasks(Sequence[RLE]):
    """N run-length codes within a text, in any order; read only.

    Args:
        text: The text.
        begin: ``(N,)`` place of the first character of each code.
        behind: ``(N,)`` one past its last character.
        sizes: ``(N, 2)`` image heights and widths.
    """

    def __init__(
        self, text: bytes, begin: NDArray[np.int64], behind: NDArray[np.int64], sizes: NDArray[np.int64]
    ) -> None:
        self.text = text
        self.begin = begin
        self.behind = behind
        self.sizes = sizes

    def __len__(self) -> int:
        return len(self.begin)

    @overload
    def __getitem__(self, row: int) -> RLE: ...
    @overload
    def __getitem__(self, row: slice) -> TextMasks: ...
    def __getitem__(self, row: int | slice) -> RLE | TextMasks:
        if isinstance(row, slice):
            return self.select(np.arange(len(self))[row])
        return {"size": self.sizes[row].tolist(), "counts": self.text[self.begin[row] : self.behind[row]]}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and list(self) == list(other)

    def select(self, rows: NDArray[np.intp]) -> TextMasks:
        """Return the masks of these rows, in this order.

        Args:
            rows: ``(M,)``.
        """
        return TextMasks(self.text, self.begin[rows], self.behind[rows], self.sizes[rows])

    def codes(self, rows: NDArray[np.intp]) -> list[bytes]:
        """Return the codes of these rows.

        Args:
            rows: ``(M,)``.
        """
        places = zip(self.begin[rows].tolist(), self.behind[rows].tolist(), strict=True)
        return [self.text[begin:behind] for begin, behind in places]


def codes_of(masks: Sequence[RLE], rows: NDArray[np.intp]) -> list[bytes]:
    """Return the codes of some masks.

    Args:
        masks: Masks of any origin.
        rows: ``(M,)``.
    """
    if isinstance(masks, TextMasks):
        return masks.codes(rows)
    return [masks[row]["counts"] for row in rows.tolist()]


def select_masks(masks: Sequence[RLE], rows: NDArray[np.intp]) -> Sequence[RLE]:
    """Return the masks of some rows, in this order.

    Args:
        masks: Masks of any origin.
        rows: ``(M,)``.
    """
    if isinstance(masks, TextMasks):
        return masks.select(rows)
    return [masks[row] for row in rows.tolist()]


def join_masks(first: Sequence[RLE], second: Sequence[RLE]) -> Sequence[RLE]:
    """Return the masks of both, of any origin, one after the other."""
    if not (isinstance(first, TextMasks) and isinstance(second, TextMasks)):
        return [*first, *second]
    shift = len(first.text)
    return TextMasks(
        first.text + second.text,
        np.concatenate([first.begin, second.begin + shift]),
        np.concatenate([first.behind, second.behind + shift]),
        np.concatenate([first.sizes, second.sizes]),
    )


def sizes_of(masks: Sequence[RLE]) -> NDArray[np.int64]:
    """Return the ``(N, 2)`` image heights and widths of N masks of any origin."""
    if isinstance(masks, TextMasks):
        return masks.sizes
    return np.asarray([mask["size"] for mask in masks], np.int64).reshape(-1, 2)
