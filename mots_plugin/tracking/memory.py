"""What a tracker remembers: one row a track in a structure of arrays, and a bounded gallery of earlier embeddings."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, fields
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Observations


class IdAllocator:
    """Hands out track identities 1, 2, 3, …; the trackers of one video share one."""

    def __init__(self) -> None:
        self._last = 0

    def take(self, count: int) -> NDArray[np.int64]:
        """Return the next ``count`` identities, ``(count,)`` int64."""
        self._last += count
        return np.arange(self._last - count + 1, self._last + 1, dtype=np.int64)

    def reset(self) -> None:
        """Begin again at 1, for the next video."""
        self._last = 0


class MotionModel(Protocol):
    """What a bank asks of a motion model: states of all tracks at once, ``(T, …)`` arrays that only it can read."""

    def initiate(self, boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the states of tracks that begin with ``(T, 4)`` boxes."""
        ...

    def predict(self, states: NDArray[np.float64], lost: NDArray[np.bool_]) -> NDArray[np.float64]:
        """Return the states one frame later; ``lost`` tells which tracks were not seen in the frame before."""
        ...

    def update(self, states: NDArray[np.float64], boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return predicted states corrected by the ``(T, 4)`` boxes that were seen."""
        ...

    def squared_mahalanobis(self, states: NDArray[np.float64], boxes: NDArray[np.float32]) -> NDArray[np.float64]:
        """Return the ``(T, N)`` squared Mahalanobis distances of ``(N, 4)`` boxes from predicted states."""
        ...

    def boxes(self, states: NDArray[np.float64]) -> NDArray[np.float32]:
        """Return the ``(T, 4)`` boxes that states stand for."""
        ...


@dataclass
class TrackBank:
    """The tracks of a video that may still be matched: T rows, in the order of their birth.

    Attributes:
        ids: ``(T,)`` int64 identity.
        states: ``(T,)`` int8, values of ``TrackState``.
        hits: ``(T,)`` int64 number of frames the track was seen in.
        first_seen: ``(T,)`` int64 index of the first of them.
        last_seen: ``(T,)`` int64 index of the last frame it was seen in.
        boxes: ``(T, 4)`` float32 xyxy when last seen; with a motion model where it believes the track to be, in the
            coming frame once :meth:`predict` was called.
        scores: ``(T,)`` float32 when last seen, as are the following.
        labels: ``(T,)`` int64.
        masks: ``(T,)`` object array of run-length codes, or None for a box tracker.
        crops: ``(T,)`` object array of the same masks as crops, or None where the observations have none.
        embeddings: ``(T, D)`` float32, or None without embeddings; smoothed if there is a momentum.
        rows: ``(T,)`` int64 row among all observations of that frame, or None where these are not numbered.
        motion: ``(T, …)`` states of the motion model, or None without one.
        gallery: Earlier embeddings of these tracks, for cues that compare against all of them; None if not kept.
        motion_model: Predicts where tracks go; None: they stay where they were seen.
        embedding_momentum: Share that a track's embedding, a unit vector then, keeps of itself when the track is seen;
            None: it is replaced by what was seen.
    """

    ids: NDArray[np.int64]
    states: NDArray[np.int8]
    hits: NDArray[np.int64]
    first_seen: NDArray[np.int64]
    last_seen: NDArray[np.int64]
    boxes: NDArray[np.float32]
    scores: NDArray[np.float32]
    labels: NDArray[np.int64]
    masks: NDArray[np.object_] | None = None
    crops: NDArray[np.object_] | None = None
    embeddings: NDArray[np.float32] | None = None
    rows: NDArray[np.int64] | None = None
    motion: NDArray[np.float64] | None = None
    gallery: EmbeddingGallery | None = None
    motion_model: MotionModel | None = None
    embedding_momentum: float | None = None

    @classmethod
    def empty(
        cls,
        gallery: EmbeddingGallery | None = None,
        motion_model: MotionModel | None = None,
        embedding_momentum: float | None = None,
    ) -> TrackBank:
        """Return a bank without tracks."""
        integers = np.zeros(0, np.int64)
        return cls(
            ids=integers,
            states=np.zeros(0, np.int8),
            hits=integers,
            first_seen=integers,
            last_seen=integers,
            boxes=np.zeros((0, 4), np.float32),
            scores=np.zeros(0, np.float32),
            labels=integers,
            gallery=gallery,
            motion_model=motion_model,
            embedding_momentum=embedding_momentum,
        )

    def __len__(self) -> int:
        return len(self.ids)

    def select(self, rows: NDArray[np.bool_] | NDArray[np.intp]) -> TrackBank:
        """Return a copy of the given rows; the gallery, which goes by identity, and the motion model are shared."""
        columns: dict[str, Any] = {name: None if column is None else column[rows] for name, column in self._columns()}
        return TrackBank(**columns, **{name: getattr(self, name) for name in _SHARED})

    def predict(self, frame_index: int, frames: int, rows: NDArray[np.bool_] | None = None) -> None:
        """Move the boxes to where the motion model expects them.

        Args:
            frame_index: Index of the coming frame.
            frames: Frames from the last one to it.
            rows: ``(T,)`` tracks that move, all by default.
        """
        if self.motion_model is None or self.motion is None:
            return
        moving = slice(None) if rows is None or rows.all() else rows
        for index in range(frame_index - frames, frame_index):
            self.motion[moving] = self.motion_model.predict(self.motion[moving], self.last_seen[moving] < index)
        self.boxes = self.motion_model.boxes(self.motion)

    def see(self, rows: NDArray[np.intp], observations: Observations, frame_index: int) -> None:
        """Overwrite tracks with what they were matched to.

        Args:
            rows: ``(M,)`` distinct rows of this bank.
            observations: M observations, in the same order.
            frame_index: Index of the frame they are from.
        """
        if not len(rows):
            return
        self.hits[rows] += 1
        self.last_seen[rows] = frame_index
        for name, values in self._observed_columns(observations).items():
            column = getattr(self, name)
            if column is not None and values is not None:
                column[rows] = self._smoothed(column[rows], values) if name == "embeddings" else values
        if self.motion_model is not None and self.motion is not None:
            self.motion[rows] = self.motion_model.update(self.motion[rows], observations.boxes)
            self.boxes[rows] = self.motion_model.boxes(self.motion[rows])
        self._remember(self.ids[rows], observations)

    def add(self, ids: NDArray[np.int64], observations: Observations, frame_index: int) -> None:
        """Append new tracks, tentative as yet.

        Args:
            ids: ``(M,)`` their identities.
            observations: M observations, in the same order.
            frame_index: Index of the frame they are from.
        """
        if not len(ids):
            return
        count = len(ids)
        new: dict[str, Any] = {
            "ids": ids,
            "states": np.zeros(count, np.int8),
            "hits": np.ones(count, np.int64),
            "first_seen": np.full(count, frame_index, np.int64),
            "last_seen": np.full(count, frame_index, np.int64),
            "motion": None if self.motion_model is None else self.motion_model.initiate(observations.boxes),
            **self._observed_columns(observations),
        }
        if len(self):
            new = {
                name: None if column is None else np.concatenate([column, new[name]])
                for name, column in self._columns()
            }
        for name, column in new.items():
            setattr(self, name, column)
        self._remember(ids, observations)

    def keep(self, rows: NDArray[np.bool_]) -> None:
        """Forget all tracks but the given ``(T,)`` rows, with their embeddings in the gallery."""
        if rows.all():
            return
        for name, column in self._columns():
            setattr(self, name, None if column is None else column[rows])
        if self.gallery is not None:
            self.gallery.keep(self.ids)

    def _columns(self) -> list[tuple[str, NDArray[Any] | None]]:
        return [(name, getattr(self, name)) for name in _COLUMNS]

    def _observed_columns(self, observations: Observations) -> dict[str, NDArray[Any] | None]:
        embeddings = observations.embeddings
        if embeddings is not None and self.embedding_momentum is not None:
            embeddings = _unit(embeddings)
        return {
            "boxes": observations.boxes,
            "scores": observations.scores,
            "labels": observations.labels,
            "masks": _objects(observations.masks),
            "crops": _objects(observations.crops),
            "embeddings": embeddings,
            "rows": observations.rows,
        }

    def _smoothed(self, before: NDArray[np.float32], now: NDArray[np.float32]) -> NDArray[np.float32]:
        if self.embedding_momentum is None:
            return now
        return _unit(self.embedding_momentum * before + (1 - self.embedding_momentum) * now)

    def _remember(self, ids: NDArray[np.int64], observations: Observations) -> None:
        if self.gallery is not None and observations.embeddings is not None:
            self.gallery.remember(ids, observations.embeddings)


_SHARED = ("gallery", "motion_model", "embedding_momentum")
_COLUMNS = [field.name for field in fields(TrackBank) if field.name not in _SHARED]


def _objects(values: Sequence[Any] | None) -> NDArray[np.object_] | None:
    if values is None:
        return None
    column = np.empty(len(values), object)
    for row, value in enumerate(values):  # at once, numpy would look into tuples
        column[row] = value
    return column


def _unit(vectors: NDArray[np.float32]) -> NDArray[np.float32]:
    return vectors / np.maximum(np.linalg.norm(vectors, axis=1, keepdims=True), 1e-12)


class EmbeddingGallery:
    """Embeddings of earlier frames by track, a ring of the most recent ones each.

    Its size is bounded by ``max_per_track`` times the number of tracks alive, which ``Lifecycle`` bounds.

    Args:
        max_per_track: Embeddings kept of one track; a further one replaces the oldest.
    """

    def __init__(self, max_per_track: int) -> None:
        if max_per_track < 1:
            raise ValueError(f"EmbeddingGallery: max_per_track is {max_per_track}, it must be at least 1")
        self.max_per_track = max_per_track
        self.clear()

    def clear(self) -> None:
        """Forget everything."""
        self._ids = np.zeros(0, np.int64)  # (slots,) identity that a slot belongs to, 0 when it is free
        self._counts = np.zeros(0, np.int64)  # (slots,) embeddings ever remembered
        self._vectors = np.zeros((0, self.max_per_track, 0), np.float32)  # (slots, max_per_track, D)

    def remember(self, ids: NDArray[np.int64], embeddings: NDArray[np.float32]) -> None:
        """Add one embedding each to the given tracks.

        Args:
            ids: ``(M,)`` distinct identities.
            embeddings: ``(M, D)``.
        """
        new = ids[~np.isin(ids, self._ids)]
        free = np.flatnonzero(self._ids == 0)
        if len(free) < len(new):
            self._grow(max(len(self._ids), len(new)), embeddings.shape[1])
            free = np.flatnonzero(self._ids == 0)
        self._ids[free[: len(new)]] = new
        slots = self._slots(ids)
        self._vectors[slots, self._counts[slots] % self.max_per_track] = embeddings
        self._counts[slots] += 1

    def keep(self, ids: NDArray[np.int64]) -> None:
        """Forget all tracks but the given ``(M,)`` identities."""
        gone = ~np.isin(self._ids, ids)
        self._ids[gone] = 0
        self._counts[gone] = 0

    def select(self, ids: NDArray[np.int64]) -> tuple[NDArray[np.float32], NDArray[np.intp]]:
        """Return what is remembered of the given tracks.

        Args:
            ids: ``(M,)`` identities, all of them remembered.

        Returns:
            ``(total, D)`` embeddings, track after track, and ``(M,)`` the row where each track's begin.
        """
        slots = self._slots(ids)
        filled = np.minimum(self._counts[slots], self.max_per_track)
        starts = np.cumsum(filled) - filled
        position = np.arange(filled.sum()) - np.repeat(starts, filled)
        return self._vectors[np.repeat(slots, filled), position], starts

    def _slots(self, ids: NDArray[np.int64]) -> NDArray[np.intp]:
        order = np.argsort(self._ids, kind="stable")
        return order[np.searchsorted(self._ids, ids, sorter=order)]

    def _grow(self, slots: int, dimensions: int) -> None:
        self._ids = np.concatenate([self._ids, np.zeros(slots, np.int64)])
        self._counts = np.concatenate([self._counts, np.zeros(slots, np.int64)])
        more = np.zeros((slots, self.max_per_track, dimensions), np.float32)
        self._vectors = np.concatenate([self._vectors, more]) if len(self._vectors) else more
