"""IDF1, IDP and IDR: how much of the sequence is covered if each track may have one identity only.

Ristani et al., "Performance Measures and a Data Set for Multi-Target, Multi-Camera Tracking", 2016; as
``metrics/identity.py`` of trackeval computes it.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from mots_plugin.evaluation.functional.assignment import maximise
from mots_plugin.evaluation.functional.matching import settle
from mots_plugin.evaluation.functional.track_pairs import TrackPairs, number_from_zero


@dataclass(frozen=True)
class IdentityCounts:
    """Sums from which IDF1 follows; those of several sequences add up.

    Attributes:
        idtp: Predictions whose track is the one assigned to their truth's track.
        idfn: Truths not covered so.
        idfp: Predictions that cover nothing so.
    """

    idtp: int = 0
    idfn: int = 0
    idfp: int = 0


def identity_counts(pairs: TrackPairs, threshold: float = 0.5) -> IdentityCounts:
    """Assign tracks to tracks, one to one, for the largest number of similar pairs.

    Args:
        pairs: The objects of one class and sequence.
        threshold: Least similarity of a pair that counts.
    """
    similar = np.flatnonzero(pairs.similarities >= threshold)
    width = max(1, pairs.prediction_track_count)
    gt_tracks = pairs.gt_tracks[pairs.pair_gt[similar]]
    couples, frames = np.unique(
        gt_tracks * width + pairs.prediction_tracks[pairs.pair_prediction[similar]], return_counts=True
    )
    gt, prediction = couples // width, couples % width
    settled, unsettled = settle(gt, prediction, frames.astype(float))
    idtp = int(frames[settled].sum())
    if len(unsettled):
        rows, columns = number_from_zero(gt[unsettled]), number_from_zero(prediction[unsettled])
        overlap = np.zeros((rows.max() + 1, columns.max() + 1))
        overlap[rows, columns] = frames[unsettled]
        idtp += int(overlap[maximise(overlap)].sum())
    return IdentityCounts(idtp, len(pairs.gt_frames) - idtp, len(pairs.prediction_frames) - idtp)


def identity_scores(counts: IdentityCounts, single_sequence: bool = False) -> dict[str, float]:
    """Turn counts into metrics.

    Args:
        counts: Counts of a sequence, or summed over several.
        single_sequence: Makes no difference here.

    Returns:
        Fractions, and the counts themselves as integers.
    """
    idtp, idfn, idfp = counts.idtp, counts.idfn, counts.idfp
    return {
        "IDF1": 2 * idtp / max(1, 2 * idtp + idfn + idfp),
        "IDP": idtp / max(1, idtp + idfp),
        "IDR": idtp / max(1, idtp + idfn),
        "IDTP": idtp,
        "IDFN": idfn,
        "IDFP": idfp,
    }
