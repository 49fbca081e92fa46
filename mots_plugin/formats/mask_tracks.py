"""The masks of one sequence as a structure of arrays, whatever file they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.rle import RLE
from mots_plugin.formats.text_masks import select_masks

CLASS_NAMES = {1: "car", 2: "pedestrian", 10: "ignore"}
"""Class ids of KITTI MOTS and MOTSChallenge."""

IGNORE_CLASS = 10
"""Class id of regions in which neither hits nor misses count."""


def _no_integers() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class MaskTracks:
    """N masks of one sequence, one row each, in the order of their source.

    Attributes:
        frames: ``(N,)`` int64 frame number as the source has it (KITTI counts from 0, MOTS20 from 1).
        track_ids: ``(N,)`` int64 identity as the source has it (ground truth: class id * 1000 + instance).
        class_ids: ``(N,)`` int64, 1 car, 2 pedestrian, 10 ignore region.
        masks: N run-length codes.
        lines: ``(N,)`` int64 line of the text file, from 1; 0 when the row does not come from a text file.
        source: File or folder the rows came from.
        name: Name of the sequence.
    """

    frames: NDArray[np.int64] = field(default_factory=_no_integers)
    track_ids: NDArray[np.int64] = field(default_factory=_no_integers)
    class_ids: NDArray[np.int64] = field(default_factory=_no_integers)
    masks: Sequence[RLE] = field(default_factory=list)
    lines: NDArray[np.int64] = field(default_factory=_no_integers)
    source: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        for column in ("frames", "track_ids", "class_ids", "lines"):
            object.__setattr__(self, column, np.asarray(getattr(self, column), np.int64))
        if not len(self.lines):
            object.__setattr__(self, "lines", np.zeros(len(self.frames), np.int64))
        for column in ("track_ids", "class_ids", "masks", "lines"):
            if len(getattr(self, column)) != len(self.frames):
                raise ValueError(f"MaskTracks.{column} has {len(getattr(self, column))} rows, not {len(self.frames)}")

    def __len__(self) -> int:
        return len(self.frames)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp] | Sequence[int]) -> MaskTracks:
        """Return the given rows, in the given order.

        Args:
            rows: ``(N,)`` bool mask, or ``(M,)`` integer rows.
        """
        index = np.asarray(rows)
        index = np.flatnonzero(index) if index.dtype == bool else index.astype(np.intp)
        return replace(
            self,
            frames=self.frames[index],
            track_ids=self.track_ids[index],
            class_ids=self.class_ids[index],
            masks=select_masks(self.masks, index),
            lines=self.lines[index],
        )
