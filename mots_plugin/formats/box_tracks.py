"""The boxes of one sequence as a structure of arrays, whatever file they came from."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, fields, replace

import numpy as np
from numpy.typing import NDArray


def _empty() -> NDArray[np.int64]:
    return np.zeros(0, np.int64)


@dataclass(frozen=True)
class BoxTracks:
    """N boxes of one sequence, one row each, in the order of their source.

    Columns that are not given are filled with what stands for "unknown": -1, but 0 for lines.

    Attributes:
        frames: ``(N,)`` int64 frame number as the source has it (MOTChallenge counts from 1, KITTI from 0).
        track_ids: ``(N,)`` int64; -1 for boxes without identity (detections, KITTI's DontCare regions).
        boxes: ``(N, 4)`` float64 xyxy, right and bottom edges exclusive, pixels as the file counts them (MOTChallenge's
            corner is 1-based; nothing is subtracted).
        scores: ``(N,)`` float64 detector confidence, or in MOTChallenge's ground truth 1 for boxes to be scored and 0
            for others.
        class_ids: ``(N,)`` int64 class in the numbering of the format; -1 where the file has none.
        visibilities: ``(N,)`` float64 visible part, in [0, 1] (MOTChallenge); -1 where the file has none.
        occlusions: ``(N,)`` int64 KITTI's level: 0 fully visible, 1 partly, 2 largely, 3 unknown; -1 if absent.
        truncations: ``(N,)`` int64 KITTI's level: 0 within the image, 1 or 2 leaving it; -1 if absent.
        lines: ``(N,)`` int64 line of the text file, from 1; 0 when the row does not come from a text file.
        source: File the rows came from.
        name: Name of the sequence.
    """

    frames: NDArray[np.int64] = field(default_factory=_empty)
    track_ids: NDArray[np.int64] = field(default_factory=_empty)
    boxes: NDArray[np.float64] = field(default_factory=lambda: np.zeros((0, 4)))
    scores: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    class_ids: NDArray[np.int64] = field(default_factory=_empty)
    visibilities: NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))
    occlusions: NDArray[np.int64] = field(default_factory=_empty)
    truncations: NDArray[np.int64] = field(default_factory=_empty)
    lines: NDArray[np.int64] = field(default_factory=_empty)
    source: str = ""
    name: str = ""

    def __post_init__(self) -> None:
        for column in self._columns():
            dtype = np.float64 if column in ("boxes", "scores", "visibilities") else np.int64
            values = np.asarray(getattr(self, column), dtype)
            if not len(values) and len(self.frames) and column != "boxes":
                values = np.full(len(self.frames), 0 if column == "lines" else -1, dtype)
            object.__setattr__(self, column, values)
            if len(values) != len(self.frames):
                raise ValueError(f"BoxTracks.{column} has {len(values)} rows, not {len(self.frames)}")

    def __len__(self) -> int:
        return len(self.frames)

    @classmethod
    def _columns(cls) -> list[str]:
        return [column.name for column in fields(cls) if column.name not in ("source", "name")]

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp] | Sequence[int]) -> BoxTracks:
        """Return the given rows, in the given order.

        Args:
            rows: ``(N,)`` bool mask, or ``(M,)`` integer rows.
        """
        index = np.asarray(rows)
        index = index if index.dtype == bool else index.astype(np.intp)
        return replace(self, **{column: getattr(self, column)[index] for column in self._columns()})
