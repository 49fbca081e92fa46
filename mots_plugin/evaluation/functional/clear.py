"""CLEAR MOT counts over matched pairs: what masks (MOTSA) and boxes (MOTA) have in common.

Bernardin and Stiefelhagen, "Evaluating Multiple Object Tracking Performance: The CLEAR MOT Metrics", 2008.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.matching import shared_frames
from mots_plugin.evaluation.functional.track_pairs import TrackPairs

Rules = Literal["trackeval", "mots_tools"]
IdSwitchRule = Literal["last_match", "predecessor"]


@dataclass(frozen=True)
class ClearCounts:
    """Sums from which all CLEAR metrics follow; those of several sequences or classes simply add up.

    Attributes:
        frames: Frames of the sequence.
        tp: Matched predictions.
        fp: Predictions without a match.
        fn: Ground-truth objects without a match.
        id_switches: Matches whose track was matched to another prediction track before.
        fragmentations: Resumptions of a ground-truth track after a gap.
        mostly_tracked: Ground-truth tracks matched in more than 80 % of their frames.
        partly_tracked: Ground-truth tracks in between.
        mostly_lost: Ground-truth tracks matched in less than 20 % of their frames.
        similarity: Summed similarity (IoU) of the matches, the soft number of true positives.
        seconds: That the tracker took for the frames; infinite if it is not known.
    """

    frames: int = 0
    tp: int = 0
    fp: int = 0
    fn: int = 0
    id_switches: int = 0
    fragmentations: int = 0
    mostly_tracked: int = 0
    partly_tracked: int = 0
    mostly_lost: int = 0
    similarity: float = 0.0
    seconds: float = math.inf


def clear_counts(
    pairs: TrackPairs,
    matches: NDArray[np.intp],
    rules: Rules = "trackeval",
    id_switch_rule: IdSwitchRule = "last_match",
) -> ClearCounts:
    """Count hits, misses and identity errors of one sequence.

    Args:
        pairs: The objects.
        matches: ``(M,)`` indices of the matched pairs.
        rules: Whose definition of a fragmentation: trackeval's (a tracked run beyond the first, where frames without
            any truth or without any prediction do not end a run) or mots_tools'
            (:func:`count_mots_tools_fragmentations`).
        id_switch_rule: ``"last_match"`` compares with the most recent match of the track, however long ago, as
            trackeval and mots_tools do; ``"predecessor"`` only with the track's previous object, which must have been
            matched (Voigtlaender et al., "MOTS: Multi-Object Tracking and Segmentation", 2019, eq. 1).
    """
    gt_rows = pairs.pair_gt[matches]
    prediction_of_gt = np.full(len(pairs.gt_frames), -1)
    prediction_of_gt[gt_rows] = pairs.prediction_tracks[pairs.pair_prediction[matches]]

    # One ground-truth track after the other, each in the order of its frames (rows ascend by frame).
    order = np.argsort(pairs.gt_tracks, kind="stable")
    tracks, frames, followers = pairs.gt_tracks[order], pairs.gt_frames[order], prediction_of_gt[order]

    lifetime = np.bincount(tracks, minlength=pairs.gt_track_count)
    tracked_ratio = np.bincount(tracks[followers >= 0], minlength=pairs.gt_track_count) / lifetime
    mostly_tracked = int(np.sum(tracked_ratio > 0.8))
    mostly_lost = int(np.sum(tracked_ratio < 0.2))
    if rules == "trackeval":
        fragmentations = _count_resumptions(tracks, frames, followers, shared_frames(pairs))
    else:
        fragmentations = count_mots_tools_fragmentations(tracks, followers)
    return ClearCounts(
        frames=pairs.frame_count,
        tp=len(matches),
        fp=len(pairs.prediction_frames) - len(matches),
        fn=len(pairs.gt_frames) - len(matches),
        id_switches=_count_id_switches(tracks, followers, id_switch_rule),
        fragmentations=fragmentations,
        mostly_tracked=mostly_tracked,
        partly_tracked=pairs.gt_track_count - mostly_tracked - mostly_lost,
        mostly_lost=mostly_lost,
        similarity=float(np.sum(pairs.similarities[matches])),
    )


def clear_scores(counts: ClearCounts, single_sequence: bool = False, rules: Rules = "trackeval") -> dict[str, float]:
    """Turn counts into metrics.

    Args:
        counts: Counts of a sequence, or summed over several.
        single_sequence: The counts are those of one sequence and class: without ground truth, trackeval then gives
            accuracies of 0 and calls all tracks lost, but divides by one where the sum over sequences has none.
        rules: With ``"mots_tools"``, accuracies without ground truth are minus infinity, and MOTP is infinite without
            a match.

    Returns:
        Fractions (not percent), FAR in false positives per frame, FPS in frames per second if known, and the counts
        themselves as integers; names as trackeval spells them, but TP, FP, FN, recall, precision and F1 without its
        ``CLR_``.
    """
    tp, fp, fn, switches, soft_tp = counts.tp, counts.fp, counts.fn, counts.id_switches, counts.similarity
    objects, hypotheses = tp + fn, tp + fp
    tracks = counts.mostly_tracked + counts.partly_tracked + counts.mostly_lost
    infinite = rules == "mots_tools"

    def accuracy(credit: float) -> float:
        if objects:
            return credit / objects
        if infinite:
            return -math.inf
        return 0.0 if single_sequence else float(credit)

    scores = {
        "sMOTA": accuracy(soft_tp - fp - switches),
        "MOTA": accuracy(tp - fp - switches),
        "MOTP": math.inf if infinite and not tp else soft_tp / max(1, tp),
        "MODA": accuracy(tp - fp),
        "MOTAL": accuracy(tp - fp - (math.log10(switches) if switches else 0)),
        "recall": tp / max(1, objects),
        "precision": tp / max(1, hypotheses),
        "F1": 2 * tp / max(1, objects + hypotheses),
        "FAR": fp / max(1, counts.frames),
        "TP": tp,
        "FP": fp,
        "FN": fn,
        "IDSW": switches,
        "Frag": counts.fragmentations,
        "MT": counts.mostly_tracked,
        "PT": counts.partly_tracked,
        "ML": counts.mostly_lost,
        "MTR": counts.mostly_tracked / max(1, tracks),
        "PTR": counts.partly_tracked / max(1, tracks),
        "MLR": 1.0 if single_sequence and not tracks else counts.mostly_lost / max(1, tracks),
    }
    if math.isfinite(counts.seconds):
        scores["FPS"] = counts.frames / counts.seconds
    return scores


def _count_id_switches(tracks: NDArray[np.int64], followers: NDArray[np.int64], rule: IdSwitchRule) -> int:
    """Count the changes of follower within a track; see :func:`clear_counts`.

    Args:
        tracks: ``(G,)`` ground-truth track of each object, ascending, objects of a track by frame.
        followers: ``(G,)`` prediction track matched to it, -1 for none.
        rule: What to compare with.
    """
    if rule == "last_match":
        tracks, followers = tracks[followers >= 0], followers[followers >= 0]
    before, now = followers[:-1], followers[1:]
    return int(np.sum((tracks[1:] == tracks[:-1]) & (before >= 0) & (now >= 0) & (before != now)))


def _count_resumptions(
    tracks: NDArray[np.int64], frames: NDArray[np.int64], followers: NDArray[np.int64], shared: NDArray[np.int64]
) -> int:
    """Count the tracked runs of each ground-truth track beyond its first (trackeval's ``Frag``).

    Args:
        tracks: ``(G,)`` as in :func:`_count_id_switches`.
        frames: ``(G,)`` frame of each object.
        followers: ``(G,)`` as in :func:`_count_id_switches`.
        shared: Frames with truths and predictions; only between neighbours in this list can a run break.
    """
    matched = followers >= 0
    step = np.searchsorted(shared, frames[matched])
    return int(np.sum((np.diff(tracks[matched]) == 0) & (np.diff(step) > 1)))


def count_mots_tools_fragmentations(tracks: NDArray[np.int64], followers: NDArray[np.int64]) -> int:
    """Count fragmentations as ``mots_eval/MOTS_metrics.py`` of mots_tools does.

    Over the objects of a track (gaps in the ground truth vanish), an object counts that has another follower than the
    one before, in a track that was followed before, and whose successor is followed too; so a switch without a gap
    counts as well. The last object has no successor, and counts even if it is the first that is followed.

    Args:
        tracks: ``(G,)`` ground-truth track of each object, ascending, objects of a track by frame.
        followers: ``(G,)`` prediction track matched to it, -1 for none.
    """
    if not len(tracks):
        return 0
    followed = followers >= 0
    continued = np.append(tracks[1:] == tracks[:-1], False)  # the next object is of the same track
    preceded = np.append(False, continued[:-1])
    changed = preceded & (np.append(-1, followers[:-1]) != followers) & followed
    first_followed = np.full(tracks[-1] + 1, len(tracks))
    np.minimum.at(first_followed, tracks[followed], np.flatnonzero(followed))
    followed_before = np.arange(len(tracks)) > first_followed[tracks]
    inner = changed & continued & followed_before & np.append(followed[1:], False)
    return int(np.sum(inner | (changed & ~continued)))
