"""From the masks of one sequence, as read from files, to the pairs that the track metrics work on."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.mask_overlaps import MaskOverlaps, mask_overlaps
from mots_plugin.evaluation.functional.matching import EPSILON, match_by_similarity
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError, find_sequence_faults
from mots_plugin.evaluation.functional.track_pairs import CountedObjects, TrackPairs, pairs_among, without_repeats
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.rle import encode, merge
from mots_plugin.formats.text_masks import join_masks, sizes_of


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
        return self.counted(class_id, strict=strict).pairs

    def counted(self, class_id: int, *, strict: bool = False) -> CountedObjects:
        """Return the same objects, with their rows; see :meth:`of_class`."""
        gt = self.ground_truth.class_ids == class_id
        prediction = self.predictions.class_ids == class_id
        everything = TrackPairs(
            frame_count=self.frame_count,
            gt_frames=self.ground_truth.frames,
            gt_tracks=self.ground_truth.track_ids,
            prediction_frames=self.predictions.frames,
            prediction_tracks=self.predictions.track_ids,
            pair_gt=self.pair_gt,
            pair_prediction=self.pair_prediction,
            similarities=self.ious,
        )
        pairs = pairs_among(everything, gt, prediction)
        excused = self.ignored_shares[prediction] > 0.5 + EPSILON
        if excused.any():
            matches = np.flatnonzero(pairs.similarities > 0.5) if strict else match_by_similarity(pairs, 0.5)
            excused[pairs.pair_prediction[matches]] = False
            pairs = pairs.keep_predictions(~excused)
        return CountedObjects(np.flatnonzero(gt), np.flatnonzero(prediction)[~excused], pairs)


def mask_pairs(
    ground_truth: MaskTracks, predictions: MaskTracks, frames: Sequence[int], own_classes: Collection[int] = ()
) -> MaskPairs:
    """Compute every overlap of a sequence, on run lengths.

    Args:
        ground_truth: The truths; rows of class 10 are ignore regions, which may overlap each other.
        predictions: The predictions; rows of class 10 count for nothing.
        frames: Number of every frame of the sequence, with or without objects, ascending.
        own_classes: Ids that are no fault, besides those of MOTS and of the truths.

    Raises:
        FaultySequenceError: Overlapping masks, an id twice in a frame, masks of another image size, frames out of
            range or broken run-length codes, on either side. Nothing is repaired.
    """
    ground_truth, predictions = _by_frame(ground_truth), _by_frame(predictions)
    try:
        _check_rows(ground_truth, predictions, frames)
        overlaps = _overlaps(ground_truth, predictions)
    except _FaultyError as error:
        faults = find_sequence_faults(ground_truth, predictions, frames, own_classes)
        if not faults:  # what no fault has a name for, such as a number written with needless digits
            cure = "write the masks anew with pycocotools"
            raise FormatError(f"{ground_truth.source}, {predictions.source}", str(error), cure) from error
        raise FaultySequenceError(faults) from None
    between = (overlaps.first < len(ground_truth)) & (overlaps.second >= len(ground_truth))
    gt, prediction = overlaps.first[between], overlaps.second[between] - len(ground_truth)
    shared, prediction_areas = overlaps.pixels[between], overlaps.areas[len(ground_truth) :]
    ignored = ground_truth.class_ids[gt] == IGNORE_CLASS
    ignored_pixels = np.bincount(prediction[ignored], shared[ignored], len(predictions))
    order = np.lexsort((prediction[~ignored], gt[~ignored]))
    gt, prediction, shared = gt[~ignored][order], prediction[~ignored][order], shared[~ignored][order]
    return MaskPairs(
        ground_truth=ground_truth,
        predictions=predictions,
        frame_count=len(frames),
        pair_gt=gt,
        pair_prediction=prediction,
        ious=shared / (overlaps.areas[gt] + prediction_areas[prediction] - shared),
        ignored_shares=ignored_pixels / np.maximum(1, prediction_areas),
    )


class _FaultyError(ValueError):
    """The quick checks found something; which row it is takes a slower look."""


def _by_frame(tracks: MaskTracks) -> MaskTracks:
    if np.all(tracks.frames[1:] >= tracks.frames[:-1]):
        return tracks
    return tracks.select(np.argsort(tracks.frames, kind="stable"))


def _check_rows(ground_truth: MaskTracks, predictions: MaskTracks, frames: Sequence[int]) -> None:
    """Check all but the pixels.

    Raises:
        _FaultyError: Something breaks a rule.
    """
    sizes = np.concatenate([sizes_of(ground_truth.masks), sizes_of(predictions.masks)])
    if np.any(sizes != sizes[:1]):
        raise _FaultyError("masks of different image sizes")
    objects = ground_truth.class_ids != IGNORE_CLASS
    for tracks, rows in ((ground_truth, objects), (predictions, slice(None))):
        if not np.isin(without_repeats(tracks.frames), frames).all():
            raise _FaultyError("frames out of range")
        frame, track = tracks.frames[rows], tracks.track_ids[rows]
        order = np.argsort(track, kind="stable")  # within a track, in the order of frames
        frame, track = frame[order], track[order]
        if np.any((frame[1:] == frame[:-1]) & (track[1:] == track[:-1])):
            raise _FaultyError("an id twice in a frame")


def _overlaps(ground_truth: MaskTracks, predictions: MaskTracks) -> MaskOverlaps:
    """Return the overlaps of all masks, the ground truth's first, and those of ignore regions counted once.

    Raises:
        _FaultyError: Masks of one side overlap, other than ignore regions, or a mask is broken.
    """
    masks = join_masks(ground_truth.masks, predictions.masks)
    height, width = masks[0]["size"] if len(masks) else (1, 1)
    try:
        overlaps = mask_overlaps(masks, np.concatenate([ground_truth.frames, predictions.frames]), (height, width))
    except ValueError as error:
        raise _FaultyError(str(error)) from error
    ignored = np.append(ground_truth.class_ids == IGNORE_CLASS, np.zeros(len(predictions), bool))
    one_side = (overlaps.first < len(ground_truth)) == (overlaps.second < len(ground_truth))
    both_ignored = ignored[overlaps.first] & ignored[overlaps.second]
    if np.any(one_side & ~both_ignored):
        raise _FaultyError("overlapping masks")
    if both_ignored.any():
        return _overlaps(_with_disjoint_ignore_regions(ground_truth), predictions)
    return overlaps


def _with_disjoint_ignore_regions(ground_truth: MaskTracks) -> MaskTracks:
    """Merge the ignore regions of each frame into the first of them, leaving the others empty."""
    masks = list(ground_truth.masks)
    ignored = np.flatnonzero(ground_truth.class_ids == IGNORE_CLASS)
    for frame in np.unique(ground_truth.frames[ignored]):
        rows = ignored[ground_truth.frames[ignored] == frame].tolist()
        masks[rows[0]] = merge([ground_truth.masks[row] for row in rows])
        for row in rows[1:]:
            masks[row] = encode(np.zeros(ground_truth.masks[row]["size"], bool))
    return replace(ground_truth, masks=masks)
