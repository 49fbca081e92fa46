"""Cues from association vectors: distance to a track's last one, or to the nearest of all that are remembered."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.memory import TrackBank

Distances = Callable[[NDArray[np.floating], NDArray[np.floating]], NDArray[np.float64]]


class EmbeddingCue:
    """Distance between the embedding a track was last seen with and that of an observation.

    Args:
        metric: ``'euclidean'``; ``'unit_euclidean'``, of vectors scaled to unit length, from 0 to 2; ``'cosine'`` for
            one minus the cosine of the angle.
    """

    def __init__(self, metric: str = "euclidean") -> None:
        self._distances = _distance_function("EmbeddingCue", metric)

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs from 0 on.

        Raises:
            ValueError: The observations have no embeddings.
        """
        if tracks.embeddings is None or observations.embeddings is None:
            raise ValueError("EmbeddingCue: the observations carry no embeddings; the model needs an association head")
        return self._distances(tracks.embeddings, observations.embeddings)


class GalleryCue:
    """Least distance between the embedding of an observation and any earlier one of a track that is remembered.

    Args:
        metric: As of :class:`EmbeddingCue`.
    """

    def __init__(self, metric: str = "euclidean") -> None:
        self._distances = _distance_function("GalleryCue", metric)

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return ``(T, N)`` costs from 0 on.

        Raises:
            ValueError: The tracker keeps no gallery, or the observations have no embeddings.
        """
        if tracks.gallery is None:
            raise ValueError("GalleryCue: the tracker keeps no earlier embeddings; give it gallery=EmbeddingGallery(…)")
        if observations.embeddings is None:
            raise ValueError("GalleryCue: the observations carry no embeddings; the model needs an association head")
        remembered, starts = tracks.gallery.select(tracks.ids)
        return np.minimum.reduceat(self._distances(remembered, observations.embeddings), starts, axis=0)


def euclidean_distances(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the ``(A, B)`` Euclidean distances of ``(A, D)`` and ``(B, D)`` vectors."""
    a, b = a.astype(np.float64), b.astype(np.float64)
    squared = np.square(a).sum(axis=1)[:, None] + np.square(b).sum(axis=1) - 2 * a @ b.T
    return np.sqrt(np.maximum(squared, 0))


def unit_euclidean_distances(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return the ``(A, B)`` Euclidean distances of ``(A, D)`` and ``(B, D)`` vectors scaled to unit length."""
    return np.sqrt(np.maximum(2 - 2 * _cosines(a, b), 0))


def cosine_distances(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    """Return one minus the ``(A, B)`` cosines of ``(A, D)`` and ``(B, D)`` vectors; 1 for a vector of zeros."""
    return 1 - _cosines(a, b)


def _cosines(a: NDArray[np.floating], b: NDArray[np.floating]) -> NDArray[np.float64]:
    a, b = a.astype(np.float64), b.astype(np.float64)
    # The product is divided rather than the vectors: it is much smaller than they are.
    lengths = np.outer(_lengths(a), _lengths(b))
    return a @ b.T / np.where(lengths > 0, lengths, 1)


def _lengths(vectors: NDArray[np.floating]) -> NDArray[np.float64]:
    return np.sqrt(np.einsum("nd,nd->n", vectors, vectors))


_METRICS = {
    "euclidean": euclidean_distances,
    "cosine": cosine_distances,
    "unit_euclidean": unit_euclidean_distances,
}


def _distance_function(cue: str, metric: str) -> Distances:
    if metric not in _METRICS:
        raise ValueError(f"{cue}: metric {metric!r} is none of {', '.join(_METRICS)}")
    return _METRICS[metric]
