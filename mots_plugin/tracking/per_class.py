"""One tracker a class, as TrackR-CNN and PointTrack tune cars and pedestrians apart."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np

from mots_plugin.structures import RLE, Frame, Observations, Tracks
from mots_plugin.tracking.memory import IdAllocator
from mots_plugin.tracking.overlap import check_priority, without_overlaps


class Tracker(Protocol):
    """What a tracker of one class, or of all, has to offer."""

    id_allocator: IdAllocator

    def reset(self) -> None:
        """Forget everything, before the first frame of a video."""
        ...

    def track(self, observations: Observations, frame: Frame) -> Tracks:
        """Give identities to the observations of the next frame."""
        ...


class PerClassTracker:
    """Splits observations by label, tracks each class on its own, and resolves overlaps over all of them.

    Args:
        trackers: Tracker of label 0, of label 1, …; they take their identities from one source.
        overlap: Who keeps the pixels that two reported masks share: ``'score'`` or ``'bottom'``; None: they share them.
    """

    def __init__(self, trackers: Sequence[Tracker], overlap: str | None) -> None:
        self.trackers = list(trackers)
        self.overlap = check_priority(overlap)
        self.id_allocator = IdAllocator()
        for tracker in self.trackers:
            tracker.id_allocator = self.id_allocator

    def reset(self) -> None:
        """Forget everything, before the first frame of a video."""
        self.id_allocator.reset()
        for tracker in self.trackers:
            tracker.reset()

    def track(self, observations: Observations, frame: Frame) -> Tracks:
        """Give identities to the observations of the next frame.

        Returns:
            The tracks of label 0, then those of label 1, …

        Raises:
            ValueError: A label has no tracker.
        """
        if np.any((observations.labels < 0) | (observations.labels >= len(self.trackers))):
            raise ValueError(
                f"PerClassTracker: observations of labels {np.unique(observations.labels).tolist()}, but "
                f"there are trackers for 0 to {len(self.trackers) - 1} only"
            )
        tracks = []
        for label, tracker in enumerate(self.trackers):
            rows = np.flatnonzero(observations.labels == label)
            tracks.append((tracker.track(observations.select(rows), frame), rows))
        return without_overlaps(_join(tracks, with_masks=observations.masks is not None), self.overlap)


def _join(parts: list[tuple[Tracks, np.ndarray]], with_masks: bool) -> Tracks:
    """Concatenate tracks of several classes; the rows of each part lead from its observations to those of all."""
    masks: list[RLE] | None = [mask for tracks, _ in parts for mask in tracks.masks or []] if with_masks else None
    return Tracks(
        ids=np.concatenate([tracks.ids for tracks, _ in parts]),
        boxes=np.concatenate([tracks.boxes for tracks, _ in parts]),
        scores=np.concatenate([tracks.scores for tracks, _ in parts]),
        labels=np.concatenate([tracks.labels for tracks, _ in parts]),
        masks=masks,
        rows=np.concatenate([rows[tracks.rows] for tracks, rows in parts]).astype(np.int64),
    )
