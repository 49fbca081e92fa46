"""From the masks of one sequence, as read from files, to the pairs that the track metrics work on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.mask_runs import MaskRuns, are_disjoint, decode_runs, intersections, union
from mots_plugin.evaluation.functional.matching import EPSILON, match_by_similarity
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError, find_sequence_faults
from mots_plugin.evaluation.functional.track_pairs import TrackPairs, number_from_zero
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks


@dataclass(frozen=True)
class MaskPairs:
    """Objects of all classes of one sequence and their overlaps, computed once for every class and metric.

    Rows are those of the two inputs, sorted by frame.

    Attributes:
        ground_truth: G truths, ignore regions among them.
        predictions: P predictions.
        frame_count: Frames of the sequence.
        pair_gt: ``(K,)`` int64 truth row of each pair that shares a pixel; no ignore regions.
        pair_prediction: ``(K,)`` int64 prediction row of each pair.
        ious: ``(K,)`` float64 in (0, 1].
        ignored_shares: ``(P,)`` float64 share of each prediction's pixels that lies in ignore regions.
    """

    ground_truth: MaskTracks
    predictions: MaskTracks
    frame_count: int
    pair_gt: NDArray[np.int64]
    pair_prediction: NDArray[np.int64]
    ious: NDArray[np.float64]
    ignored_shares: NDArray[np.float64]

    def of_class(self, class_id: int, *, strict: bool = False) -> TrackPairs:
        """Return the objects of one class, without the predictions that ignore regions excuse.

        A prediction is excused if it has no match and more than half of it lies in ignore regions.

        Args:
            class_id: 1 car, 2 pedestrian.
            strict: A match needs an IoU above 0.5 (mots_tools); otherwise 0.5 is enough (trackeval).
        """
        gt = self.ground_truth.class_ids == class_id
        prediction = self.predictions.class_ids == class_id
        among = gt[self.pair_gt] & prediction[self.pair_prediction]
        pairs = TrackPairs(
            frame_count=self.frame_count,
            gt_frames=self.ground_truth.frames[gt],
            gt_tracks=number_from_zero(self.ground_truth.track_ids[gt]),
            prediction_frames=self.predictions.frames[prediction],
            prediction_tracks=number_from_zero(self.predictions.track_ids[prediction]),
            pair_gt=(np.cumsum(gt) - 1)[self.pair_gt[among]],
            pair_prediction=(np.cumsum(prediction) - 1)[self.pair_prediction[among]],
            similarities=self.ious[among],
        )
        excused = self.ignored_shares[prediction] > 0.5 + EPSILON
        if excused.any():
            matches = np.flatnonzero(pairs.similarities > 0.5) if strict else match_by_similarity(pairs, 0.5)
            excused[pairs.pair_prediction[matches]] = False
        return pairs.keep_predictions(~excused) if excused.any() else pairs


def mask_pairs(ground_truth: MaskTracks, predictions: MaskTracks, frames: Sequence[int]) -> MaskPairs:
    """Compute every overlap of a sequence, on run lengths.

    Args:
        ground_truth: The truths; rows of class 10 are ignore regions, which may overlap each other.
        predictions: The predictions; rows of class 10 count for nothing.
        frames: Number of every frame of the sequence, with or without objects, ascending.

    Raises:
        FaultySequenceError: Overlapping masks, an id twice in a frame, masks of another image size, frames out of
            range or broken run-length codes, on either side. Nothing is repaired.
    """
    ground_truth, predictions = _by_frame(ground_truth), _by_frame(predictions)
    try:
        gt_runs, prediction_runs, ignored = _decode(ground_truth, predictions, frames)
    except _FaultyError as error:
        faults = find_sequence_faults(ground_truth, predictions, frames)
        if not faults:
            raise AssertionError(f"{error}, but no fault was found in {predictions.source}") from error
        raise FaultySequenceError(faults) from None
    pair_gt, pair_prediction, shared = intersections(gt_runs, prediction_runs)
    areas = gt_runs.areas[pair_gt] + prediction_runs.areas[pair_prediction]
    _, inside, ignored_pixels = intersections(ignored, prediction_runs)
    ignored_shares = np.zeros(len(predictions))
    ignored_shares[inside] = ignored_pixels / prediction_runs.areas[inside]
    return MaskPairs(
        ground_truth=ground_truth,
        predictions=predictions,
        frame_count=len(frames),
        pair_gt=pair_gt,
        pair_prediction=pair_prediction,
        ious=shared / (areas - shared),
        ignored_shares=ignored_shares,
    )


class _FaultyError(ValueError):
    """The quick checks found something; which row it is takes a slower look."""


def _by_frame(tracks: MaskTracks) -> MaskTracks:
    if np.all(tracks.frames[1:] >= tracks.frames[:-1]):
        return tracks
    return tracks.select(np.argsort(tracks.frames, kind="stable"))


def _decode(
    ground_truth: MaskTracks, predictions: MaskTracks, frames: Sequence[int]
) -> tuple[MaskRuns, MaskRuns, MaskRuns]:
    """Return the runs of the truths, the predictions and the merged ignore regions.

    Raises:
        _FaultyError: Something breaks a rule.
    """
    sizes = {tuple(mask["size"]) for tracks in (ground_truth, predictions) for mask in tracks.masks}
    if len(sizes) > 1:
        raise _FaultyError("masks of different image sizes")
    height, width = sizes.pop() if sizes else (1, 1)
    ignore = ground_truth.class_ids == IGNORE_CLASS
    for tracks, objects in ((ground_truth, ~ignore), (predictions, np.ones(len(predictions), bool))):
        if not np.isin(tracks.frames, frames).all():
            raise _FaultyError("frames out of range")
        if _has_repeated_ids(tracks.frames[objects], tracks.track_ids[objects]):
            raise _FaultyError("an id twice in a frame")
    try:
        all_gt_runs = decode_runs(ground_truth.masks, ground_truth.frames, (height, width))
        prediction_runs = decode_runs(predictions.masks, predictions.frames, (height, width))
    except ValueError as error:
        raise _FaultyError(str(error)) from error
    gt_runs, ignored = all_gt_runs.select(~ignore), union(all_gt_runs.select(ignore))
    if not are_disjoint(prediction_runs) or not are_disjoint(gt_runs) or len(intersections(ignored, gt_runs)[0]):
        raise _FaultyError("overlapping masks")
    return gt_runs, prediction_runs, ignored


def _has_repeated_ids(frames: NDArray[np.int64], track_ids: NDArray[np.int64]) -> bool:
    order = np.lexsort((track_ids, frames))
    return bool(np.any((np.diff(frames[order]) == 0) & (np.diff(track_ids[order]) == 0)))
