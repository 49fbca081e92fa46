"""The likely reason of each error, told from masks alone.

Reasons are tried in a fixed order, direct evidence (what lies on the object) before circumstances (where it is, how
large, what came before), and the first that fits is given. They are clues, not verdicts.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.mask_evidence import (
    MATCH,
    Contacts,
    MaskEvidence,
    best_pairs,
    box_overlaps,
    find_contacts,
    gather_evidence,
)
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs
from mots_plugin.evaluation.functional.track_errors import (
    FALSE_POSITIVE,
    FRAGMENTATION,
    MISS,
    SWITCH,
    TrackErrors,
    number_tracks,
)

REASONS = {
    "wrong class": "an object and a prediction of different classes share half of their pixels (IoU)",
    "merged mask": "one prediction covers half or more of several objects",
    "split": "several predictions share one object",
    "low IoU": "object and prediction overlap, but not by half (IoU)",
    "lookalike": "the new id was another object's before",
    "switch back": "the object had the new id at an earlier time",
    "occluded": "the object is, or in between was, behind a nearer one, shows less than half of its size, or is gone "
    "for a while",
    "left the image": "the object goes, or in between went, out of the image",
    "entered": "the object is in its first frames and has not been matched yet, or is about to appear",
    "drifted": "the prediction's track followed an object that is still there, elsewhere",
    "object gone": "the prediction's track followed an object that has ended inside the image",
    "partly ignored": "a quarter to half of the prediction lies in ignore regions",
    "fast motion": "the object's box hardly overlaps the one before",
    "small": "the mask has few pixels",
    "not detected": "no prediction, and no visible cause",
    "background": "no object, and no visible cause",
    "new id": "the id changes from one frame to the next, without visible cause",
}
"""All reasons and what they mean."""

SMALL_AREA = 32 * 32
"""Pixels below which a mask is small, as in COCO."""

_HIDDEN = 0.3  # share of a box behind a nearer one
_SHRUNK = 0.5  # share of its size that an object lacks
_IGNORED = 0.25
_MOVED = 0.3  # IoU of an object's boxes in two frames below which it moved fast
_ENDS = 5  # frames that are the first of a track, or the last
_MEMORY = 10  # frames for which a prediction is thought to go on with the object it followed

_NAMES = np.array(list(REASONS))
_CODES = {reason: code for code, reason in enumerate(REASONS)}
Booleans = NDArray[np.bool_]
Rows = NDArray[np.int64]
Rules = list[tuple[str, Booleans]]


@dataclass(frozen=True)
class Explanation:
    """Why E errors happened.

    Attributes:
        reasons: ``(E,)`` names, keys of :data:`REASONS`.
        candidates: ``(E,)`` int64 row of what comes closest: the prediction of largest IoU with the missed object, the
            truth of largest IoU with the false positive, the new match after a switch or gap; -1 for nothing.
        ious: ``(E,)`` float64 IoU with it, 0 for nothing.
    """

    reasons: NDArray[np.str_]
    candidates: Rows
    ious: NDArray[np.float64]


def explain(pairs: MaskPairs, errors: TrackErrors, small_area: int = SMALL_AREA) -> Explanation:
    """Find the likely reason of each error.

    Args:
        pairs: The sequence.
        errors: Its errors.
        small_area: Pixels below which a mask is small.
    """
    scene = _look_at(pairs, errors)
    reason_of_gt = _reasons_of_misses(scene, small_area)
    reason_of_prediction = _reasons_of_false_positives(scene, small_area)
    codes = np.empty(len(errors), np.int64)
    switch, fragmentation = errors.kinds == SWITCH, errors.kinds == FRAGMENTATION
    miss, false_positive = errors.kinds == MISS, errors.kinds == FALSE_POSITIVE
    codes[miss] = reason_of_gt[errors.gt_rows[miss]]
    codes[false_positive] = reason_of_prediction[errors.prediction_rows[false_positive]]
    codes[fragmentation] = _first_that_fits(_rules_of_gaps(scene, fragmentation, reason_of_gt), "not detected")
    rules = _rules_of_ids(scene, switch) + _rules_of_gaps(scene, switch, reason_of_gt) + _rules_of_steps(scene, switch)
    codes[switch] = _first_that_fits(rules, "new id")

    pair = np.full(len(errors), -1)
    nearest = best_pairs(pairs.pair_gt, pairs.ious, len(pairs.ground_truth))
    pair[~false_positive] = nearest[errors.gt_rows[~false_positive]]
    nearest = best_pairs(pairs.pair_prediction, pairs.ious, len(pairs.predictions))
    pair[false_positive] = nearest[errors.prediction_rows[false_positive]]
    some = pair >= 0
    candidates, ious = np.full(len(errors), -1), np.zeros(len(errors))
    candidates[some] = np.where(false_positive[some], pairs.pair_gt[pair[some]], pairs.pair_prediction[pair[some]])
    ious[some] = pairs.ious[pair[some]]
    return Explanation(_NAMES[codes], candidates, ious)


@dataclass(frozen=True)
class _Scene:
    """The sequence as the rules look at it; tracks are numbered from 0, over all classes.

    ``order`` are the rows of the truths, one track after the other, by frame within, and ``place`` is where each row
    stands in it; ignore regions are tracks too.
    """

    pairs: MaskPairs
    errors: TrackErrors
    evidence: MaskEvidence
    on_gt: Contacts
    on_prediction: Contacts
    gt_tracks: Rows
    prediction_tracks: Rows
    order: Rows
    place: Rows
    first_frame: Rows
    last_frame: Rows
    last_row: Rows


def _look_at(pairs: MaskPairs, errors: TrackErrors) -> _Scene:
    evidence = gather_evidence(pairs)
    tracks, frames = number_tracks(pairs.ground_truth), pairs.ground_truth.frames
    order = np.argsort(tracks, kind="stable")
    place = np.empty_like(order)
    place[order] = np.arange(len(order))
    end = np.cumsum(np.bincount(tracks))
    begin = np.append(0, end[:-1])[: len(end)]
    return _Scene(
        pairs,
        errors,
        evidence,
        *find_contacts(pairs, evidence),
        gt_tracks=tracks,
        prediction_tracks=number_tracks(pairs.predictions),
        order=order,
        place=place,
        first_frame=frames[order][begin],
        last_frame=frames[order][end - 1],
        last_row=order[end - 1],
    )


def _first_that_fits(rules: Rules, otherwise: str) -> Rows:
    """Return the ``(N,)`` codes of the first reason whose condition holds, in the order given."""
    return np.select([holds for _, holds in rules], [_CODES[name] for name, _ in rules], _CODES[otherwise])


def _reasons_of_misses(scene: _Scene, small_area: int) -> Rows:
    """Return the ``(G,)`` code of why each truth is missed, if it is."""
    evidence, frames, tracks = scene.evidence, scene.pairs.ground_truth.frames, scene.gt_tracks
    matched = scene.errors.prediction_of_gt >= 0
    first_match = np.full(len(scene.first_frame), np.iinfo(np.int64).max)
    last_match = np.full(len(scene.first_frame), -1)
    np.minimum.at(first_match, tracks[matched], frames[matched])
    np.maximum.at(last_match, tracks[matched], frames[matched])
    shrunk = (evidence.gt_shrunk > _SHRUNK) & ~evidence.gt_at_edge
    end = max(frames.max(initial=-1), scene.pairs.predictions.frames.max(initial=-1))  # where nothing leaves any more
    leaves = scene.last_frame[tracks] < end
    since_first, until_last = frames - scene.first_frame[tracks], scene.last_frame[tracks] - frames
    rules = [
        ("wrong class", scene.on_gt.wrong_class),
        ("merged mask", scene.on_gt.merged),
        ("split", scene.on_gt.split),
        ("low IoU", scene.on_gt.touched),
        ("occluded", (evidence.gt_hidden >= _HIDDEN) | shrunk),
        ("entered", (since_first < _ENDS) & (frames < first_match[tracks])),
        ("left the image", leaves & (until_last < _ENDS) & (frames > last_match[tracks]) & evidence.gt_at_edge),
        ("small", evidence.gt_areas < small_area),
    ]
    return _first_that_fits(rules, "not detected")


def _reasons_of_false_positives(scene: _Scene, small_area: int) -> Rows:
    """Return the ``(P,)`` code of why each prediction is a false positive, if it is."""
    pairs, evidence = scene.pairs, scene.evidence
    frames = pairs.predictions.frames
    followed = scene.errors.gt_of_prediction >= 0
    part_of_matched = (evidence.prediction_shares >= MATCH) & (scene.errors.prediction_of_gt[pairs.pair_gt] >= 0)
    part = np.bincount(pairs.pair_prediction[part_of_matched], minlength=len(frames)) > 0

    # The object that the prediction's track followed before, and the one that it will follow.
    before, after = _nearest_matches(scene)
    object_before = _at(scene.gt_tracks, _at(scene.errors.gt_of_prediction, before))
    object_after = _at(scene.gt_tracks, _at(scene.errors.gt_of_prediction, after))
    recently = (before >= 0) & (frames - frames[before] <= _MEMORY) & ~followed
    soon = (after >= 0) & (frames[after] - frames <= _MEMORY) & ~followed
    present = _row_at(scene.gt_tracks, pairs.ground_truth.frames, object_before, frames) >= 0
    ended = _at(scene.last_frame, object_before) < frames
    ended_at_edge = ended & (_at(evidence.gt_at_edge, _at(scene.last_row, object_before)) > 0)
    rules = [
        ("wrong class", scene.on_prediction.wrong_class),
        ("merged mask", scene.on_prediction.merged),
        ("split", scene.on_prediction.split | part),
        ("low IoU", scene.on_prediction.touched),
        ("partly ignored", pairs.ignored_shares >= _IGNORED),
        ("left the image", recently & ended_at_edge),
        ("object gone", recently & ended),
        ("occluded", recently & ~present),
        ("drifted", recently),
        ("entered", soon & (_at(scene.first_frame, object_after) > frames)),
        ("small", evidence.prediction_areas < small_area),
    ]
    return _first_that_fits(rules, "background")


def _rules_of_ids(scene: _Scene, switch: Booleans) -> Rules:
    """Rules by what the new id did before: ``switch`` selects S errors, conditions are ``(S,)``."""
    now = scene.errors.gt_rows[switch]
    before, _ = _nearest_matches(scene)
    earlier = before[scene.errors.prediction_rows[switch]]
    owner = _at(scene.gt_tracks, _at(scene.errors.gt_of_prediction, earlier))
    return [
        ("lookalike", (owner >= 0) & (owner != scene.gt_tracks[now])),
        ("switch back", owner == scene.gt_tracks[now]),
    ]


def _rules_of_gaps(scene: _Scene, chosen: Booleans, reason_of_gt: Rows) -> Rules:
    """Rules by what happened to an object between two matches: ``chosen`` selects S errors, conditions are ``(S,)``."""
    begin = scene.place[scene.errors.previous_gt_rows[chosen]]
    end = scene.place[scene.errors.gt_rows[chosen]]
    frames, edge = scene.pairs.ground_truth.frames[scene.order], scene.evidence.gt_at_edge[scene.order]
    absent = np.diff(frames) > 1  # between a place and the next; used within a track only
    absent_so_far = np.append(0, np.cumsum(absent))
    left_so_far = np.append(0, np.cumsum(absent & (edge[:-1] | edge[1:])))

    # How often each reason occurs among the misses in between.
    length = end - begin - 1
    event = np.repeat(np.arange(len(begin)), length)
    row = scene.order[np.arange(len(event)) + np.repeat(begin + 1 - np.cumsum(length) + length, length)]
    votes = np.bincount(event * len(REASONS) + reason_of_gt[row], minlength=len(begin) * len(REASONS))
    votes = votes.reshape(len(begin), len(REASONS))
    commonest = votes.argmax(axis=1)
    missed = votes.any(axis=1)
    return [
        ("left the image", left_so_far[end] > left_so_far[begin]),
        ("occluded", absent_so_far[end] > absent_so_far[begin]),
        *((name, missed & (commonest == code)) for name, code in _CODES.items()),
    ]


def _rules_of_steps(scene: _Scene, switch: Booleans) -> Rules:
    """Rules for ids that change from one frame to the next: ``switch`` selects S errors, conditions are ``(S,)``."""
    pairs, evidence = scene.pairs, scene.evidence
    now, before = scene.errors.gt_rows[switch], scene.errors.previous_gt_rows[switch]
    new, old = scene.errors.prediction_rows[switch], scene.errors.prediction_of_gt[before]
    # What the old id does now, and how it lies on the object.
    still = _row_at(
        scene.prediction_tracks, pairs.predictions.frames, scene.prediction_tracks[old], pairs.ground_truth.frames[now]
    )
    pair = _row_at(pairs.pair_gt, pairs.pair_prediction, now, still)
    on_object = (still >= 0) & (pair >= 0)
    within = _at(evidence.prediction_shares, pair) >= MATCH
    merged = scene.on_prediction.merged
    hidden = np.maximum(evidence.gt_hidden[now], evidence.gt_hidden[before])
    overlap, _ = box_overlaps(evidence.gt_boxes[now], evidence.gt_boxes[before])
    return [
        ("merged mask", merged[new] | merged[old] | (still >= 0) & merged[still]),
        ("split", on_object & within),
        ("low IoU", on_object),
        ("occluded", hidden >= _HIDDEN),
        ("fast motion", overlap < _MOVED),
    ]


def _nearest_matches(scene: _Scene) -> tuple[Rows, Rows]:
    """Return, for each of the P predictions, the rows of its track's last match before and first match after it."""
    tracks = scene.prediction_tracks
    order = np.argsort(tracks, kind="stable")
    track, matched = tracks[order], scene.errors.gt_of_prediction[order] >= 0
    places = np.arange(len(order))
    before = np.maximum.accumulate(np.where(matched, places, -1))
    before = np.append(-1, before[:-1])[: len(order)]
    after = np.minimum.accumulate(np.where(matched, places, len(order))[::-1])[::-1]
    after = np.append(after[1:], len(order))[: len(order)]
    same_before = (before >= 0) & (track[before] == track)
    same_after = (after < len(order)) & (np.append(track, -1)[after] == track)
    rows = np.full((2, len(order)), -1)
    rows[0, order[same_before]] = order[before[same_before]]
    rows[1, order[same_after]] = order[after[same_after]]
    return rows[0], rows[1]


def _row_at(first: Rows, second: Rows, wanted_first: Rows, wanted_second: Rows) -> Rows:
    """Return the ``(M,)`` row where two columns have the wanted values, -1 where there is none.

    Args:
        first: ``(N,)``, at least 0.
        second: ``(N,)``, at least 0; no two rows are alike in both.
        wanted_first: ``(M,)``.
        wanted_second: ``(M,)``.
    """
    factor = max(int(second.max(initial=0)), int(wanted_second.max(initial=0))) + 2
    keys, wanted = first * factor + second, wanted_first * factor + wanted_second
    order = np.argsort(keys)
    place = np.searchsorted(keys[order], wanted)
    found = (np.append(keys[order], -1)[place] == wanted) & (wanted_first >= 0) & (wanted_second >= 0)
    return np.where(found, np.append(order, -1)[place], -1)


def _at(values: NDArray[Any], rows: Rows) -> NDArray[Any]:
    """Return the values of some rows, and -1 where the row is -1."""
    return np.append(values, np.array(-1, np.result_type(values, np.int8)))[rows]
