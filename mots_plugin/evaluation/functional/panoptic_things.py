"""The things of panoptic maps as objects that are matched frame by frame, like masks."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.matching import EPSILON, match_by_similarity
from mots_plugin.evaluation.functional.panoptic_overlaps import (
    PanopticOverlaps,
    group_sums,
    instances_of,
    sums_by_index,
)
from mots_plugin.evaluation.functional.panoptic_segments import is_crowd
from mots_plugin.evaluation.functional.track_pairs import CountedObjects, TrackPairs, pairs_among
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import INSTANCE_BITS


@dataclass(frozen=True)
class Segments:
    """N segments of things, by frame.

    Attributes:
        frames: ``(N,)`` frame numbers.
        panoptic_ids: ``(N,)`` class << 16 | instance, as in the maps.
    """

    frames: NDArray[np.int64]
    panoptic_ids: NDArray[np.int64]

    @property
    def class_ids(self) -> NDArray[np.int64]:
        """``(N,)`` classes."""
        return self.panoptic_ids >> INSTANCE_BITS

    @property
    def track_ids(self) -> NDArray[np.int64]:
        """``(N,)`` instances within the class."""
        return instances_of(self.panoptic_ids)


@dataclass(frozen=True)
class ThingPairs:
    """The things of one sequence and their overlaps.

    Attributes:
        ground_truth: G truths; no crowds.
        predictions: P predictions.
        everything: All of them, as if of one class.
        ignored: ``(P,)`` bool, predictions that lie on void, or on crowds of their class, by more than half.
    """

    ground_truth: Segments
    predictions: Segments
    everything: TrackPairs
    ignored: NDArray[np.bool_]

    def counted(self, class_id: int) -> CountedObjects:
        """Return the objects of one class, without unmatched predictions that void and crowds excuse.

        Args:
            class_id: A class of things.
        """
        gt, prediction = self.ground_truth.class_ids == class_id, self.predictions.class_ids == class_id
        pairs = pairs_among(self.everything, gt, prediction)
        excused = self.ignored[prediction]
        excused[pairs.pair_prediction[match_by_similarity(pairs, 0.5)]] = False
        rows = np.flatnonzero(prediction)[~excused]
        return CountedObjects(np.flatnonzero(gt), rows, pairs.keep_predictions(~excused))


def thing_pairs(frames: Iterable[tuple[int, PanopticOverlaps]], classes: PanopticClasses) -> ThingPairs:
    """Gather the things of a sequence; pixels of void are no part of a union, as in panoptic quality.

    Args:
        frames: Number of each frame, ascending, and how its maps lie upon each other.
        classes: The classes.
    """
    nothing = np.zeros(0, np.int64)
    truths, predictions, pairs = [(nothing, nothing)], [(nothing, nothing)], [(nothing, nothing, np.zeros(0))]
    ignored = [np.zeros(0, bool)]
    gt_count = prediction_count = frame_count = 0
    for frame, overlaps in frames:
        frame_count += 1
        of_truth = classes.is_thing[overlaps.truth_classes] & (instances_of(overlaps.truths) > 0)
        of_prediction = classes.is_thing[overlaps.prediction_classes] & (instances_of(overlaps.predictions) > 0)
        gt_ids, gt_areas = group_sums(overlaps.truths[of_truth], overlaps.pixels[of_truth])
        ids, areas = group_sums(overlaps.predictions[of_prediction], overlaps.pixels[of_prediction])
        in_void = classes.is_void[overlaps.truth_classes]
        same_class = overlaps.truth_classes == overlaps.prediction_classes
        in_crowd = is_crowd(overlaps.truths, classes) & same_class
        void, crowd = (
            sums_by_index(np.searchsorted(ids, overlaps.predictions[rows]), overlaps.pixels[rows], len(ids))
            for rows in (of_prediction & in_void, of_prediction & in_crowd)
        )
        both = of_truth & of_prediction & same_class
        gt = np.searchsorted(gt_ids, overlaps.truths[both])
        prediction = np.searchsorted(ids, overlaps.predictions[both])
        shared = overlaps.pixels[both]
        ious = shared / (gt_areas[gt] + areas[prediction] - shared - void[prediction])
        pairs.append((gt + gt_count, prediction + prediction_count, ious))
        truths.append((np.full(len(gt_ids), frame), gt_ids))
        predictions.append((np.full(len(ids), frame), ids))
        ignored.append((void + crowd) / areas > 0.5 + EPSILON)
        gt_count, prediction_count = gt_count + len(gt_ids), prediction_count + len(ids)
    ground_truth, found = (
        Segments(*(np.concatenate(column) for column in zip(*parts, strict=True))) for parts in (truths, predictions)
    )
    pair_gt, pair_prediction, similarities = (np.concatenate(column) for column in zip(*pairs, strict=True))
    everything = TrackPairs(
        frame_count=frame_count,
        gt_frames=ground_truth.frames,
        gt_tracks=ground_truth.track_ids,
        prediction_frames=found.frames,
        prediction_tracks=found.track_ids,
        pair_gt=pair_gt,
        pair_prediction=pair_prediction,
        similarities=similarities,
    )
    return ThingPairs(ground_truth, found, everything, np.concatenate(ignored))
