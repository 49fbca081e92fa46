"""Which prediction stands for which ground-truth object, frame by frame.

Non-overlapping masks have at most one partner of IoU above one half, so nearly every frame needs no assignment; the
Hungarian algorithm runs only where two candidates compete (boxes, or an IoU of exactly one half).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.track_pairs import TrackPairs

EPSILON = float(np.finfo(float).eps)
"""Slack of every threshold in trackeval, kept so that borderline pairs fall on the same side."""


def contested_frames(pairs: TrackPairs, candidates: NDArray[np.intp]) -> NDArray[np.int64]:
    """Return the frames in which two candidate pairs share an object.

    Args:
        pairs: The objects.
        candidates: ``(C,)`` indices of the pairs that may match.
    """
    gt, prediction = pairs.pair_gt[candidates], pairs.pair_prediction[candidates]
    rivals = np.bincount(gt, minlength=len(pairs.gt_frames))[gt]
    rivals = np.maximum(rivals, np.bincount(prediction, minlength=len(pairs.prediction_frames))[prediction])
    return np.unique(pairs.gt_frames[gt[rivals > 1]])


def match_by_similarity(pairs: TrackPairs, threshold: float) -> NDArray[np.intp]:
    """Match each frame on its own for the largest number of pairs, then the largest total similarity.

    This is the matching by which trackeval decides which predictions an ignore region may remove
    (``get_preprocessed_seq_data`` in ``datasets/kitti_mots.py``).

    Args:
        pairs: The objects.
        threshold: Least similarity of a match.

    Returns:
        ``(M,)`` indices of the matched pairs, ascending.
    """
    from scipy.optimize import linear_sum_assignment  # costly to import, and rarely needed

    candidates = np.flatnonzero(pairs.similarities >= threshold - EPSILON)
    contested = contested_frames(pairs, candidates)
    matched = candidates[~np.isin(pairs.gt_frames[pairs.pair_gt[candidates]], contested)]
    chosen = [matched]
    for frame in contested:
        similarities, _, _, index = pairs.similarity_matrix(frame)
        possible = similarities >= threshold - EPSILON
        assigned = linear_sum_assignment(-np.where(possible, similarities, -10_000.0))
        chosen.append(index[assigned][possible[assigned]])
    return np.sort(np.concatenate(chosen))


def match_keeping_identities(pairs: TrackPairs, threshold: float) -> NDArray[np.intp]:
    """Match each frame, continuing the previous frame's matches first, then for the largest total similarity.

    The rule of CLEAR MOT (Bernardin and Stiefelhagen 2008) as trackeval has it (``metrics/clear.py``): previous is the
    last frame that holds both truths and predictions.

    Args:
        pairs: The objects.
        threshold: Least similarity of a match.

    Returns:
        ``(M,)`` indices of the matched pairs, ascending.
    """
    from scipy.optimize import linear_sum_assignment

    candidates = np.flatnonzero(pairs.similarities >= threshold - EPSILON)
    contested = contested_frames(pairs, candidates)
    matched = candidates[~np.isin(pairs.gt_frames[pairs.pair_gt[candidates]], contested)]
    if not len(contested):
        return matched
    track_of_gt_row = np.full(len(pairs.gt_frames), -1)
    track_of_gt_row[pairs.pair_gt[matched]] = pairs.prediction_tracks[pairs.pair_prediction[matched]]
    shared = shared_frames(pairs)
    chosen = [matched]
    for frame in contested:
        similarities, gt, prediction, index = pairs.similarity_matrix(frame)
        previous_track = np.full(pairs.gt_track_count, -1)
        place = np.searchsorted(shared, frame)
        if place > 0:
            before = slice(*np.searchsorted(pairs.gt_frames, [shared[place - 1], shared[place - 1] + 1]))
            previous_track[pairs.gt_tracks[before]] = track_of_gt_row[before]
        continues = previous_track[pairs.gt_tracks[gt], None] == pairs.prediction_tracks[prediction]
        possible = similarities >= threshold - EPSILON
        rows, columns = linear_sum_assignment(-np.where(possible, similarities + 1000.0 * continues, 0.0))
        rows, columns = rows[possible[rows, columns]], columns[possible[rows, columns]]
        track_of_gt_row[gt.start + rows] = pairs.prediction_tracks[prediction.start + columns]
        chosen.append(index[rows, columns])
    return np.sort(np.concatenate(chosen))


def shared_frames(pairs: TrackPairs) -> NDArray[np.int64]:
    """Return the frames that hold both a ground-truth object and a prediction, ascending."""
    return np.intersect1d(pairs.gt_frames, pairs.prediction_frames)
