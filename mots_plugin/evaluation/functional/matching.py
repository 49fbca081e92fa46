"""Which prediction stands for which ground-truth object, frame by frame.

Nearly every pair is settled without an assignment problem: non-overlapping masks have at most one partner of IoU above
one half. Where candidates compete (boxes, or an IoU of exactly one half), the few of them are compared; the Hungarian
algorithm runs only on frames where these are many or tie, on the whole frame then, so that ties break as in trackeval.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.assignment import maximise
from mots_plugin.evaluation.functional.competition import heaviest_matching
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
    matched, competing = _split_competing(pairs, np.flatnonzero(pairs.similarities >= threshold - EPSILON))
    contested = without_repeats(pairs.gt_frames[pairs.pair_gt[competing]])
    if not len(contested):
        return matched
    chosen = [matched[~np.isin(pairs.gt_frames[pairs.pair_gt[matched]], contested)]]
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
    matched, competing = _split_competing(pairs, np.flatnonzero(pairs.similarities >= threshold - EPSILON))
    if not len(competing):
        return matched
    follower_of_row = np.full(len(pairs.gt_frames) + 1, -1)  # the last entry stands for no row
    follower_of_row[pairs.pair_gt[matched]] = pairs.prediction_tracks[pairs.pair_prediction[matched]]
    followers: list[int] = follower_of_row.tolist()
    gt, prediction = pairs.pair_gt[competing].tolist(), pairs.pair_prediction[competing].tolist()
    tracks = pairs.prediction_tracks[pairs.pair_prediction[competing]].tolist()
    previous = _rows_before(pairs)[pairs.pair_gt[competing]].tolist()
    similarities = pairs.similarities[competing].tolist()
    chosen: list[int] = []
    for start, stop in _frame_slices(pairs, competing):
        weights = [
            similarities[pair] + 1000.0 * (followers[previous[pair]] == tracks[pair]) for pair in range(start, stop)
        ]
        best = heaviest_matching(gt[start:stop], prediction[start:stop], weights)
        if best is None:
            best = _heaviest_of_frame(pairs, competing[start:stop], np.array(weights), matched)
        for pair in best:
            followers[gt[start + pair]] = tracks[start + pair]
            chosen.append(start + pair)
    return np.sort(np.concatenate([matched, competing[chosen]]))


def match_by_weight(pairs: TrackPairs, weights: NDArray[np.float64]) -> NDArray[np.intp]:
    """Match each frame for the largest total weight.

    Args:
        pairs: The objects.
        weights: ``(K,)`` positive weight of each pair.

    Returns:
        ``(M,)`` indices of the matched pairs, ascending.
    """
    settled, open_pairs = settle(pairs.pair_gt, pairs.pair_prediction, weights)
    open_pairs = np.sort(open_pairs)
    gt, prediction = pairs.pair_gt[open_pairs].tolist(), pairs.pair_prediction[open_pairs].tolist()
    open_weights = weights[open_pairs].tolist()
    chosen: list[int] = []
    contested: list[int] = []
    for start, stop in _frame_slices(pairs, open_pairs):
        best = heaviest_matching(gt[start:stop], prediction[start:stop], open_weights[start:stop])
        if best is None:
            contested.append(int(pairs.gt_frames[gt[start]]))
        else:
            chosen += [start + pair for pair in best]
    matches = np.concatenate([settled, open_pairs[chosen]])
    if contested:
        solved = [matches[~np.isin(pairs.gt_frames[pairs.pair_gt[matches]], contested)]]
        for frame in contested:
            similarities, _, _, index = pairs.similarity_matrix(frame)
            assigned = maximise(np.where(similarities > 0, weights[index], 0.0))
            solved.append(index[assigned][similarities[assigned] > 0])
        matches = np.concatenate(solved)
    return np.sort(matches)


def _heaviest_of_frame(
    pairs: TrackPairs, competing: NDArray[np.intp], weights: NDArray[np.float64], settled: NDArray[np.intp]
) -> list[int]:
    """Solve one frame as a whole.

    Args:
        pairs: The objects.
        competing: ``(C,)`` indices of the pairs of the frame that compete.
        weights: ``(C,)`` their weights, positive.
        settled: ``(S,)`` indices of the pairs of all frames that have no rival, ascending.

    Returns:
        Those of the C that belong to the assignment of largest total weight.
    """
    _, gt, _, index = pairs.similarity_matrix(int(pairs.gt_frames[pairs.pair_gt[competing[0]]]))
    within = slice(*np.searchsorted(pairs.pair_gt[settled], [gt.start, gt.stop]))
    weight_of_pair = np.zeros(len(pairs.similarities) + 1)
    weight_of_pair[settled[within]] = pairs.similarities[settled[within]]
    weight_of_pair[competing] = weights
    assigned = index[maximise(weight_of_pair[index])]
    return np.flatnonzero(np.isin(competing, assigned)).tolist()


def _rows_before(pairs: TrackPairs) -> NDArray[np.intp]:
    """Return, for each truth, the row of its track in the frame before that has truths and predictions, else -1."""
    shared = shared_frames(pairs)
    step = np.searchsorted(shared, pairs.gt_frames)
    rows = np.flatnonzero(shared[np.minimum(step, len(shared) - 1)] == pairs.gt_frames)
    order = rows[np.argsort(pairs.gt_tracks[rows], kind="stable")]
    follows = (np.diff(pairs.gt_tracks[order]) == 0) & (np.diff(step[order]) == 1)
    before = np.full(len(pairs.gt_frames), -1)
    before[order[1:][follows]] = order[:-1][follows]
    return before


def _frame_slices(pairs: TrackPairs, chosen: NDArray[np.intp]) -> list[tuple[int, int]]:
    """Return where each frame begins and ends among chosen pairs, which ascend."""
    frames = pairs.gt_frames[pairs.pair_gt[chosen]]
    borders = [0, *(np.flatnonzero(np.diff(frames)) + 1).tolist(), len(frames)]
    return list(zip(borders[:-1], borders[1:], strict=True)) if len(frames) else []


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
    count = int(groups.max()) + 1
    heaviest, runner_up = np.zeros(count), np.zeros(count)
    np.maximum.at(heaviest, groups, weights)
    leads = weights == heaviest[groups]
    np.maximum.at(runner_up, groups[~leads], weights[~leads])
    tied = np.bincount(groups[leads], minlength=count) > 1
    runner_up[tied] = heaviest[tied]
    return np.where(leads, runner_up[groups], heaviest[groups])


def _split_competing(pairs: TrackPairs, candidates: NDArray[np.intp]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Separate the candidate pairs that share an object with another candidate.

    Args:
        pairs: The objects.
        candidates: ``(C,)`` indices of the pairs that may match, ascending.

    Returns:
        The pairs without a rival, which are matches, and the others.
    """
    gt, prediction = pairs.pair_gt[candidates], pairs.pair_prediction[candidates]
    claims = np.bincount(gt, minlength=len(pairs.gt_frames))[gt]
    claims = np.maximum(claims, np.bincount(prediction, minlength=len(pairs.prediction_frames))[prediction])
    return candidates[claims == 1], candidates[claims > 1]
