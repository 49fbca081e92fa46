"""What became of each ground-truth track, frame by frame: followed by which id, missed, switched."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.clear import IdSwitchRule
from mots_plugin.evaluation.functional.matching import match_keeping_identities
from mots_plugin.evaluation.functional.track_pairs import CountedObjects

Rows = NDArray[np.int64]


class TrackTable(Protocol):
    """The part of ``MaskTracks`` and ``BoxTracks`` that says who is where."""

    @property
    def frames(self) -> Rows:
        """``(N,)`` frame numbers."""

    @property
    def track_ids(self) -> Rows:
        """``(N,)`` identities."""


class TrackedObjects(Protocol):
    """Objects of all classes of one sequence: masks (``MaskPairs``), boxes (``BoxPairs``), things of maps."""

    @property
    def ground_truth(self) -> TrackTable:
        """The truths."""

    @property
    def predictions(self) -> TrackTable:
        """The predictions."""

    def counted(self, class_id: int, /) -> CountedObjects:
        """Return the objects of one class that count."""


@dataclass(frozen=True)
class TrackHistory:
    """The objects of one class in one sequence: G truths, by track and then by frame, and F false positives, by frame.

    Attributes:
        tracks: ``(G,)`` id of each truth.
        frames: ``(G,)`` its frame number.
        gt_rows: ``(G,)`` its row among the truths of all classes.
        prediction_rows: ``(G,)`` row of the prediction that is matched to it; -1 where it is missed.
        followers: ``(G,)`` id of that prediction; -1 where it is missed.
        before: ``(G,)`` for an id switch, the place (among the G) of the match that it is counted against; else -1.
        false_rows: ``(F,)`` rows of the predictions that are matched to nothing.
        false_frames: ``(F,)`` their frame numbers.
        false_ids: ``(F,)`` their ids.
    """

    tracks: Rows
    frames: Rows
    gt_rows: Rows
    prediction_rows: Rows
    followers: Rows
    before: Rows
    false_rows: Rows
    false_frames: Rows
    false_ids: Rows

    @property
    def missed(self) -> NDArray[np.bool_]:
        """``(G,)`` which truths are matched to nothing."""
        return self.prediction_rows < 0

    @property
    def switches(self) -> Rows:
        """``(S,)`` places of the id switches among the G, by frame."""
        places = np.flatnonzero(self.before >= 0)
        return places[np.argsort(self.frames[places], kind="stable")]

    def errors_in(self, frames: Sequence[int]) -> Rows:
        """Return the ``(T,)`` number of misses, false positives and id switches in each frame.

        Args:
            frames: T frame numbers, ascending, all frames with objects among them.
        """
        wrong = [self.frames[self.missed], self.frames[self.switches], self.false_frames]
        return np.bincount(np.searchsorted(frames, np.concatenate(wrong)), minlength=len(frames))


def follow_tracks(objects: TrackedObjects, class_id: int, id_switch_rule: IdSwitchRule = "last_match") -> TrackHistory:
    """Match a class as CLEAR does, and write down who followed whom; as many errors of each kind as it counts.

    Args:
        objects: The sequence.
        class_id: The class.
        id_switch_rule: See :func:`mots_plugin.evaluation.functional.clear.clear_counts`.
    """
    counted = objects.counted(class_id)
    matches = match_keeping_identities(counted.pairs, 0.5)
    match_of_truth = np.full(len(counted.gt_rows), -1)
    match_of_truth[counted.pairs.pair_gt[matches]] = counted.prediction_rows[counted.pairs.pair_prediction[matches]]
    unmatched = np.full(len(counted.prediction_rows), True)
    unmatched[counted.pairs.pair_prediction[matches]] = False
    false_rows = counted.prediction_rows[unmatched]

    order = np.argsort(objects.ground_truth.track_ids[counted.gt_rows], kind="stable")  # rows ascend by frame
    gt_rows, prediction_rows = counted.gt_rows[order], match_of_truth[order]
    tracks = objects.ground_truth.track_ids[gt_rows]
    followers = np.where(prediction_rows >= 0, np.append(objects.predictions.track_ids, -1)[prediction_rows], -1)
    return TrackHistory(
        tracks=tracks,
        frames=objects.ground_truth.frames[gt_rows],
        gt_rows=gt_rows,
        prediction_rows=prediction_rows,
        followers=followers,
        before=_matches_before_switches(tracks, prediction_rows >= 0, followers, id_switch_rule),
        false_rows=false_rows,
        false_frames=objects.predictions.frames[false_rows],
        false_ids=objects.predictions.track_ids[false_rows],
    )


def _matches_before_switches(tracks: Rows, matched: NDArray[np.bool_], followers: Rows, rule: IdSwitchRule) -> Rows:
    """Return the place of the match that each id switch is counted against, -1 for what is no switch."""
    places = np.flatnonzero(matched) if rule == "last_match" else np.arange(len(tracks))
    earlier, later = places[:-1], places[1:]
    switched = (tracks[earlier] == tracks[later]) & (followers[earlier] != followers[later])
    switched &= matched[earlier] & matched[later]
    before = np.full(len(tracks), -1)
    before[later[switched]] = earlier[switched]
    return before
