"""HOTA and its parts.

Luiten et al., "HOTA: A Higher Order Metric for Evaluating Multi-Object Tracking", IJCV 2021; as ``metrics/hota.py`` of
trackeval computes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.matching import EPSILON, match_by_weight
from mots_plugin.evaluation.functional.track_pairs import TrackPairs

ALPHAS = np.arange(0.05, 0.99, 0.05)
"""Localisation thresholds over which HOTA averages."""


@dataclass(frozen=True)
class HotaCounts:
    """Sums from which the HOTA family follows, one entry per threshold; those of several sequences add up.

    Attributes:
        tp: ``(19,)`` matches.
        fn: ``(19,)`` truths without a match.
        fp: ``(19,)`` predictions without a match.
        similarity: ``(19,)`` summed similarity of the matches.
        association: ``(19,)`` summed association accuracy of the matches (equation 15).
        association_recall: ``(19,)`` summed association recall of the matches.
        association_precision: ``(19,)`` summed association precision of the matches.
    """

    tp: NDArray[np.float64]
    fn: NDArray[np.float64]
    fp: NDArray[np.float64]
    similarity: NDArray[np.float64]
    association: NDArray[np.float64]
    association_recall: NDArray[np.float64]
    association_precision: NDArray[np.float64]


def hota_counts(pairs: TrackPairs) -> HotaCounts:
    """Match one class of one sequence once, and count at every threshold.

    Args:
        pairs: The objects.
    """
    gt_length = np.bincount(pairs.gt_tracks, minlength=pairs.gt_track_count)
    prediction_length = np.bincount(pairs.prediction_tracks, minlength=pairs.prediction_track_count)
    matches = match_by_weight(pairs, _global_alignment(pairs, gt_length, prediction_length) * pairs.similarities)
    similarities = pairs.similarities[matches]
    reached = np.searchsorted(ALPHAS - EPSILON, similarities, side="right")

    # Matches at each threshold for each couple of tracks: (couples, 19).
    gt, prediction, couple = _couples(pairs, matches)
    levels = len(ALPHAS) + 1
    histogram = np.bincount(couple * levels + reached, minlength=len(gt) * levels).reshape(-1, levels)
    hits = histogram[:, ::-1].cumsum(axis=1)[:, -2::-1]
    gt_hits, prediction_hits = gt_length[gt, None], prediction_length[prediction, None]

    tp = hits.sum(axis=0).astype(float)
    at_level = np.bincount(reached, similarities, levels)
    return HotaCounts(
        tp=tp,
        fn=len(pairs.gt_frames) - tp,
        fp=len(pairs.prediction_frames) - tp,
        similarity=at_level[::-1].cumsum()[-2::-1],
        association=np.sum(hits * hits / np.maximum(1, gt_hits + prediction_hits - hits), axis=0),
        association_recall=np.sum(hits * hits / np.maximum(1, gt_hits), axis=0),
        association_precision=np.sum(hits * hits / np.maximum(1, prediction_hits), axis=0),
    )


def _couples(
    pairs: TrackPairs, chosen: NDArray[np.intp]
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[np.intp]]:
    """Return the distinct couples of tracks among the chosen pairs, and the couple of each pair."""
    width = max(1, pairs.prediction_track_count)
    gt_tracks = pairs.gt_tracks[pairs.pair_gt[chosen]]
    keys = gt_tracks * width + pairs.prediction_tracks[pairs.pair_prediction[chosen]]
    couples, couple = np.unique(keys, return_inverse=True)
    return couples // width, couples % width, couple


def _global_alignment(
    pairs: TrackPairs, gt_length: NDArray[np.int64], prediction_length: NDArray[np.int64]
) -> NDArray[np.float64]:
    """Return, for each pair, how well its two tracks agree over the whole sequence (section 5.3 of the paper).

    Args:
        pairs: The objects.
        gt_length: Objects of each ground-truth track.
        prediction_length: Objects of each predicted track.
    """
    of_gt = np.bincount(pairs.pair_gt, pairs.similarities, len(pairs.gt_frames))[pairs.pair_gt]
    of_prediction = np.bincount(pairs.pair_prediction, pairs.similarities, len(pairs.prediction_frames))
    soft = pairs.similarities / (of_prediction[pairs.pair_prediction] + of_gt - pairs.similarities)
    gt, prediction, couple = _couples(pairs, np.arange(len(soft)))
    potential = np.bincount(couple, soft, len(gt))
    return (potential / (gt_length[gt] + prediction_length[prediction] - potential))[couple]


def hota_scores(counts: HotaCounts, single_sequence: bool = False) -> dict[str, float]:
    """Turn counts into metrics, means over the thresholds.

    Args:
        counts: Counts of a sequence, or summed over several.
        single_sequence: Makes no difference here.

    Returns:
        Fractions.
    """
    tp, fn, fp = counts.tp, counts.fn, counts.fp
    matches = np.maximum(1, tp)
    detection = tp / np.maximum(1, tp + fn + fp)
    association = counts.association / matches
    scores = {
        "HOTA": np.sqrt(detection * association),
        "DetA": detection,
        "AssA": association,
        "DetRe": tp / np.maximum(1, tp + fn),
        "DetPr": tp / np.maximum(1, tp + fp),
        "AssRe": counts.association_recall / matches,
        "AssPr": counts.association_precision / matches,
        "LocA": np.maximum(1e-10, counts.similarity) / np.maximum(1e-10, tp),
    }
    return dict(zip(scores, np.mean([*scores.values()], axis=1).tolist(), strict=True))
