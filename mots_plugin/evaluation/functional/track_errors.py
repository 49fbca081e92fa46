"""The errors of a result one by one: every false positive, miss, id switch and fragmentation that CLEAR counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.mask_pairs import MaskPairs
from mots_plugin.evaluation.functional.matching import match_keeping_identities, shared_frames
from mots_plugin.formats.mask_tracks import MaskTracks

SWITCH, FRAGMENTATION, MISS, FALSE_POSITIVE = "id switch", "fragmentation", "miss", "false positive"
KINDS = (SWITCH, FRAGMENTATION, MISS, FALSE_POSITIVE)


@dataclass(frozen=True)
class TrackErrors:
    """E errors of one sequence, and the matches that they follow from; rows are those of the ``MaskPairs``.

    Attributes:
        kinds: ``(E,)`` one of :data:`KINDS`.
        gt_rows: ``(E,)`` int64 truth that is missed, switches or is found again; -1 for a false positive.
        prediction_rows: ``(E,)`` int64 false positive, or match after the switch or gap; -1 for a miss.
        previous_gt_rows: ``(E,)`` int64 truth at the track's match before the switch or gap; -1 for other kinds.
        prediction_of_gt: ``(G,)`` int64 prediction that each truth is matched to, -1 for none.
        gt_of_prediction: ``(P,)`` int64 the reverse.
    """

    kinds: NDArray[np.str_]
    gt_rows: NDArray[np.int64]
    prediction_rows: NDArray[np.int64]
    previous_gt_rows: NDArray[np.int64]
    prediction_of_gt: NDArray[np.int64]
    gt_of_prediction: NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.kinds)


def find_track_errors(pairs: MaskPairs, class_ids: Sequence[int]) -> TrackErrors:
    """Find the errors of a sequence, by the rules of trackeval: as many of each kind as ``mots_counts`` counts.

    Args:
        pairs: The sequence.
        class_ids: Classes that are scored.

    Returns:
        The errors, ordered by kind, then class, then frame.
    """
    prediction_of_gt = np.full(len(pairs.ground_truth), -1)
    gt_of_prediction = np.full(len(pairs.predictions), -1)
    found: dict[str, list[NDArray[np.int64]]] = {kind: [] for kind in KINDS}
    for class_id in class_ids:
        objects = pairs.counted(class_id)
        gt_rows, prediction_rows, counted = objects.gt_rows, objects.prediction_rows, objects.pairs
        matches = match_keeping_identities(counted, 0.5)
        gt, prediction = gt_rows[counted.pair_gt[matches]], prediction_rows[counted.pair_prediction[matches]]
        prediction_of_gt[gt] = prediction
        gt_of_prediction[prediction] = gt

        before, now = _successive_matches(pairs.ground_truth, gt_rows, prediction_of_gt)
        ids = pairs.predictions.track_ids
        switched = ids[prediction_of_gt[before]] != ids[prediction_of_gt[now]]
        step = np.searchsorted(shared_frames(counted), pairs.ground_truth.frames)
        broken = step[now] - step[before] > 1
        misses = gt_rows[prediction_of_gt[gt_rows] < 0]
        false_positives = prediction_rows[gt_of_prediction[prediction_rows] < 0]
        for kind, rows in ((SWITCH, switched), (FRAGMENTATION, broken)):
            found[kind].append(np.stack([now, prediction_of_gt[now], before])[:, rows])
        found[MISS].append(_padded(misses, 0))
        found[FALSE_POSITIVE].append(_padded(false_positives, 1))
    columns = {kind: np.concatenate([np.zeros((3, 0), np.int64), *parts], axis=1) for kind, parts in found.items()}
    gt, prediction, previous = np.concatenate(list(columns.values()), axis=1)
    kinds = np.repeat(KINDS, [part.shape[1] for part in columns.values()])
    return TrackErrors(kinds, gt, prediction, previous, prediction_of_gt, gt_of_prediction)


def number_tracks(tracks: MaskTracks) -> NDArray[np.int64]:
    """Number the tracks from 0; an id of two classes is two tracks.

    Returns:
        ``(N,)`` number of each row's track.
    """
    keys = np.stack([tracks.class_ids, tracks.track_ids])
    return np.unique(keys, axis=1, return_inverse=True)[1].reshape(-1).astype(np.int64)


def _successive_matches(
    ground_truth: MaskTracks, rows: NDArray[np.int64], prediction_of_gt: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Return the rows of every match and the next one of the same ground-truth track, in order of the latter."""
    matched = rows[prediction_of_gt[rows] >= 0]
    ids = ground_truth.track_ids[matched]
    order = np.argsort(ids, kind="stable")  # rows ascend by frame
    same = np.diff(ids[order]) == 0
    before, now = matched[order][:-1][same], matched[order][1:][same]
    by_row = np.argsort(now)
    return before[by_row], now[by_row]


def _padded(rows: NDArray[np.int64], place: int) -> NDArray[np.int64]:
    """Return ``(3, N)`` columns of -1 but for the rows at one place."""
    columns = np.full((3, len(rows)), -1)
    columns[place] = rows
    return columns
