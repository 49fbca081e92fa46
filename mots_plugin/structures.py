"""What passes between networks, trackers, metrics and writers: plain dataclasses over numpy arrays.

All coordinates are pixels of the *original image* (before any resize): x to the right, y down, boxes
``(x1, y1, x2, y2)`` with exclusive right and bottom edges. Masks are COCO run-length codes,
``{"size": [height, width], "counts": bytes}``; nothing here ever holds a full ``(N, H, W)`` stack.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import TypedDict

import numpy as np
from numpy.typing import NDArray


class RLE(TypedDict):
    """A mask as pycocotools stores it: compressed column-major run lengths."""

    size: list[int]
    counts: bytes


Crop = tuple[NDArray[np.bool_], int, int]
"""Part of a mask that holds all of its foreground, ``(h, w)`` bool, and the image column and row where it begins."""


@dataclass(frozen=True)
class Frame:
    """Where an observation set comes from.

    Attributes:
        index: Position in the video, from 0. A tracker is reset before index 0.
        image_shape: ``(height, width)`` of the original image, pixels.
        video_name: Name of the sequence.
        flow: Optional ``(h, w, 2)`` float32 *forward* optical flow from frame ``index - 1`` to frame ``index``,
            last axis ``(dx, dy)``, in pixels of the original image. The grid may be coarser than the image
            (``h <= height``); it then covers the same field of view. None for the first frame, or without flow.
        frames_per_second: Rate of the video, for buffers stated in seconds.
    """

    index: int
    image_shape: tuple[int, int]
    video_name: str = ""
    flow: NDArray[np.float32] | None = None
    frames_per_second: float = 30.0


@dataclass(frozen=True)
class Observations:
    """The detections of one frame, one row each.

    Attributes:
        boxes: ``(N, 4)`` float32 xyxy.
        scores: ``(N,)`` float32 detector confidence in [0, 1].
        labels: ``(N,)`` int64 class index, from 0.
        masks: N run-length codes in the original image, or None for a box tracker.
        embeddings: ``(N, D)`` float32 association vectors, or None.
        carried_overlaps: ``(N, P)`` float32 overlap in [0, 1] of each with the masks of the P observations of the frame
            before, carried to this frame by a motion model; or None.
        rows: ``(N,)`` int64 row of each among all observations of the frame, by which the next frame's
            ``carried_overlaps`` go; or None without.
        crops: The masks a second time, as N crops, where they are at hand, for whom decoding would cost too much; or
            None.
    """

    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]
    masks: list[RLE] | None = None
    embeddings: NDArray[np.float32] | None = None
    carried_overlaps: NDArray[np.float32] | None = None
    rows: NDArray[np.int64] | None = None
    crops: list[Crop] | None = None

    def __post_init__(self) -> None:
        count = len(self.boxes)
        for name in ("scores", "labels", "masks", "embeddings", "carried_overlaps", "rows", "crops"):
            value = getattr(self, name)
            if value is not None and len(value) != count:
                raise ValueError(f"Observations.{name} has {len(value)} rows, boxes has {count}")

    def __len__(self) -> int:
        return len(self.boxes)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp] | Sequence[int]) -> Observations:
        """Return the given rows, in the given order.

        Args:
            rows: ``(N,)`` bool mask, or ``(M,)`` integer rows.
        """
        index = np.asarray(rows)
        index = index.nonzero()[0] if index.dtype == bool else index.astype(np.intp, copy=False)
        return Observations(
            boxes=self.boxes[index],
            scores=self.scores[index],
            labels=self.labels[index],
            masks=None if self.masks is None else [self.masks[row] for row in index.tolist()],
            embeddings=None if self.embeddings is None else self.embeddings[index],
            carried_overlaps=None if self.carried_overlaps is None else self.carried_overlaps[index],
            rows=None if self.rows is None else self.rows[index],
            crops=None if self.crops is None else [self.crops[row] for row in index.tolist()],
        )


@dataclass(frozen=True)
class Tracks:
    """What a tracker reports for one frame: a subset of the observations, each with an identity.

    Attributes:
        ids: ``(M,)`` int64 track identities, from 1, unique within the frame and, over classes, within the video.
        boxes: ``(M, 4)`` float32 xyxy (a motion model may have smoothed them).
        scores: ``(M,)`` float32.
        labels: ``(M,)`` int64 class index, from 0.
        masks: M non-overlapping run-length codes, or None.
        rows: ``(M,)`` int64 row of each track in the observations it came from.
    """

    ids: NDArray[np.int64]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]
    masks: list[RLE] | None = None
    rows: NDArray[np.int64] = field(default_factory=lambda: np.zeros(0, np.int64))

    def __len__(self) -> int:
        return len(self.ids)
