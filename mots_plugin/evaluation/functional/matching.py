"""Which prediction stands for which ground-truth object, frame by frame.

Nearly every pair is settled without an assignment problem: non-overlapping masks have at most one partner of IoU above
one half. The Hungarian algorithm runs only on frames where candidates compete (boxes, or an IoU of exactly one half).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.assignment import maximise
from mots_plugin.evaluation.functional.track_pairs import TrackPairs, without_repeats

EPSILON = float(np.finfo(float).eps)
"""Slack of every threshold in trackeval, kept so that borderline pairs fall on the same side."""


def shared_frames(pairs: TrackPairs) -> NDArray[np.int64]:
    """Return the frames that hold both a ground-truth object and a prediction, ascending."""
    gt_frames, prediction_frames = without_repeats(pairs.gt_frames), without_repeats(pairs.prediction_frames)
    return np.intersect1d(gt_frames, prediction_frames, assume_unique=True)


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
    matched, contested = _split_contested(pairs, np.flatnonzero(pairs.similarities >= threshold - EPSILON))
    if not len(contested):
        return matched
    chosen = [matched]
    for frame in contested:
        similarities, _, _, index = pairs.similarity_matrix(frame)
        possible = similarities >= threshold - EPSILON
        assigned = maximise(np.where(possible, similarities, -10_000.0))
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
    matched, contested = _split_contested(pairs, np.flatnonzero(pairs.similarities >= threshold - EPSILON))
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
        rows, columns = maximise(np.where(possible, similarities + 1000.0 * continues, 0.0))
        rows, columns = rows[possible[rows, columns]], columns[possible[rows, columns]]
        track_of_gt_row[gt.start + rows] = pairs.prediction_tracks[prediction.start + columns]
        chosen.append(index[rows, columns])
    return np.sort(np.concatenate(chosen))


def match_by_weight(pairs: TrackPairs, weights: NDArray[np.float64]) -> NDArray[np.intp]:
    """Match each frame for the largest total weight.

    Args:
        pairs: The objects.
        weights: ``(K,)`` positive weight of each pair.

    Returns:
        ``(M,)`` indices of the matched pairs, ascending.
    """
    settled, unsettled = settle(pairs.pair_gt, pairs.pair_prediction, weights)
    # Ties must break as in trackeval, so an unsettled frame is solved whole.
    contested = without_repeats(pairs.gt_frames[pairs.pair_gt[unsettled]])
    if not len(contested):
        return np.sort(settled)
    chosen = [settled[~np.isin(pairs.gt_frames[pairs.pair_gt[settled]], contested)]]
    for frame in contested:
        similarities, _, _, index = pairs.similarity_matrix(frame)
        assigned = maximise(np.where(similarities > 0, weights[index], 0.0))
        chosen.append(index[assigned][similarities[assigned] > 0])
    return np.sort(np.concatenate(chosen))


def settle(
    rows: NDArray[np.int64], columns: NDArray[np.int64], weights: NDArray[np.float64]
) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Find pairs that every assignment of largest total weight contains.

    A pair heavier than the heaviest rival in its row and the heaviest rival in its column together is such a pair: to
    leave it out could win those two at best. Its rivals are struck out, which may settle further pairs.

    Args:
        rows: ``(K,)`` row of each pair.
        columns: ``(K,)`` column of each pair.
        weights: ``(K,)`` positive.

    Returns:
        ``(S,)`` indices of settled pairs, and ``(U,)`` indices of pairs that remain open.
    """
    remaining = np.arange(len(weights))
    settled = [remaining[:0]]
    while len(remaining):
        row, column, weight = rows[remaining], columns[remaining], weights[remaining]
        rivals = _heaviest_rival(row, weight) + _heaviest_rival(column, weight)
        wins = weight > rivals * (1 + 1e-9)  # clear of rounding, for a tie is not settled
        if not wins.any():
            break
        settled.append(remaining[wins])
        row_taken, column_taken = np.zeros(row.max() + 1, bool), np.zeros(column.max() + 1, bool)
        row_taken[row[wins]] = column_taken[column[wins]] = True
        remaining = remaining[~(row_taken[row] | column_taken[column])]
    return np.concatenate(settled), remaining


def _heaviest_rival(groups: NDArray[np.int64], weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return, for each element, the largest weight among the others of its group, 0 if there are none."""
    order = np.lexsort((-weights, groups))
    group, weight = groups[order], weights[order]
    first = np.append(True, group[1:] != group[:-1])
    follows = np.append(~first[1:], False)
    second = np.where(follows, np.append(weight[1:], 0.0), 0.0)
    heaviest, runner_up = weight[first], second[first]
    rival = np.empty_like(weights)
    rival[order] = np.where(first, runner_up[np.cumsum(first) - 1], heaviest[np.cumsum(first) - 1])
    return rival


def _split_contested(pairs: TrackPairs, candidates: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.int64]]:
    """Separate the frames in which two candidate pairs share an object.

    Args:
        pairs: The objects.
        candidates: ``(C,)`` indices of the pairs that may match.

    Returns:
        Candidates of all other frames, which are matches, and the contested frames.
    """
    gt, prediction = pairs.pair_gt[candidates], pairs.pair_prediction[candidates]
    claims = np.bincount(gt, minlength=len(pairs.gt_frames))[gt]
    claims = np.maximum(claims, np.bincount(prediction, minlength=len(pairs.prediction_frames))[prediction])
    frames = pairs.gt_frames[gt]
    contested = without_repeats(frames[claims > 1])
    return (candidates[~np.isin(frames, contested)] if len(contested) else candidates), contested
