"""How well embeddings tell identities apart: the true positive rate at given false accept rates, over all pairs."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

FALSE_ACCEPT_RATES = (1e-6, 1e-5, 1e-4, 1e-3, 1e-2, 1e-1)
"""Those that JDE reports."""

_BLOCK = 1024
"""Embeddings on each side of a block of similarities: 4 MB of single precision."""

_BINS = 2**16
"""Of the histogram over [-1, 1]."""


def true_positive_rates(
    embeddings: NDArray[np.floating],
    identities: NDArray[np.integer],
    false_accept_rates: Sequence[float] = FALSE_ACCEPT_RATES,
) -> NDArray[np.float64]:
    """Return the true positive rates of "the same identity if the cosine similarity is at least some threshold".

    As JDE's ``test_emb``: every unordered pair counts once, pairs of similarity exactly 0 not at all, and the rate is
    interpolated linearly between the points of the ROC curve on either side.

    The similarities of N embeddings are never held at once. A first pass counts them in a histogram. Its bins are
    ordered as the similarities are, so the counts at their edges are exact points of the curve, and tell in which bin
    each false accept rate is crossed. A second pass collects the similarities of those bins alone and sorts them, so
    the result is that of sorting all pairs. Memory grows with N, and with the pairs in at most one bin a rate.

    Args:
        embeddings: ``(N, D)``, of any length; similarities are computed in their precision.
        identities: ``(N,)``; negative ones are unlabelled and left out.
        false_accept_rates: R shares of the pairs of different identities.

    Returns:
        ``(R,)`` in [0, 1]; NaN if all pairs are of one kind.
    """
    labelled = identities >= 0
    embeddings, identities = embeddings[labelled], identities[labelled]
    lengths = np.linalg.norm(embeddings, axis=1, keepdims=True)
    embeddings = embeddings / np.maximum(lengths, 1e-12, dtype=embeddings.dtype)

    histogram = np.zeros((2, _BINS), np.int64)
    for similarities, same in _pairs(embeddings, identities):
        bins = _bins(similarities)
        of_both = np.bincount(bins, minlength=_BINS)
        of_same = np.bincount(bins[same], minlength=_BINS)
        histogram += np.stack([of_both - of_same, of_same])
    different, positives = histogram.sum(axis=1)
    if not different or not positives:
        return np.full(len(false_accept_rates), np.nan)

    falling = histogram[:, ::-1]
    false_accepts = np.cumsum(falling[0])  # with all bins from the highest to this one
    crossed = np.searchsorted(false_accepts / different, false_accept_rates, side="right")  # the first beyond the rate
    crossed = np.minimum(crossed, _BINS - 1)
    inside = _collect(embeddings, identities, _BINS - 1 - np.unique(crossed))
    rates = np.zeros(len(false_accept_rates))
    for row, (place, rate) in enumerate(zip(crossed.tolist(), false_accept_rates, strict=True)):
        before = falling[:, :place].sum(axis=1)
        falses, trues = _curve(*inside[_BINS - 1 - place])
        x = np.append(before[0], before[0] + falses) / different
        y = np.append(before[1], before[1] + trues) / positives
        rates[row] = np.interp(rate, x, y)
    return rates


def _pairs(
    embeddings: NDArray[np.floating], identities: NDArray[np.integer]
) -> Iterator[tuple[NDArray[np.floating], NDArray[np.bool_]]]:
    """Yield similarities of pairs, each once, and whether they are of one identity; block by block, always alike."""
    for top in range(0, len(embeddings), _BLOCK):
        rows = slice(top, top + _BLOCK)
        for left in range(top, len(embeddings), _BLOCK):
            columns = slice(left, left + _BLOCK)
            similarities = embeddings[rows] @ embeddings[columns].T
            same = identities[rows, None] == identities[columns]
            counted = similarities != 0
            if left == top:
                counted &= ~np.tri(len(similarities), dtype=bool)
            yield similarities[counted], same[counted]


def _bins(similarities: NDArray[np.floating]) -> NDArray[np.int64]:
    """Return the bin of each similarity; a higher one is never in a lower bin."""
    return np.clip((similarities + 1) * (_BINS / 2), 0, _BINS - 1).astype(np.int64)


def _collect(
    embeddings: NDArray[np.floating], identities: NDArray[np.integer], wanted: NDArray[np.int64]
) -> dict[int, tuple[NDArray[np.floating], NDArray[np.bool_]]]:
    """Return the similarities, and whether they are of one identity, of some bins of the histogram."""
    is_wanted = np.zeros(_BINS, bool)
    is_wanted[wanted] = True
    found = []
    for similarities, same in _pairs(embeddings, identities):
        bins = _bins(similarities)
        kept = is_wanted[bins]
        found.append((bins[kept], similarities[kept], same[kept]))
    bins, similarities, same = (np.concatenate(column) for column in zip(*found, strict=True))
    return {place: (similarities[bins == place], same[bins == place]) for place in wanted.tolist()}


def _curve(similarities: NDArray[np.floating], same: NDArray[np.bool_]) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the numbers of false and of true accepts at each distinct threshold, the highest first."""
    order = np.argsort(-similarities, kind="stable")
    similarities, same = similarities[order], same[order]
    last_of_value = np.diff(similarities, append=-np.inf) != 0
    trues = np.cumsum(same)
    return (np.arange(1, len(same) + 1) - trues)[last_of_value], trues[last_of_value]
