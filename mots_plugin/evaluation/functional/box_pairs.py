"""From the boxes of one sequence, as read from files, to the pairs that the track metrics work on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.box_overlaps import box_overlaps
from mots_plugin.evaluation.functional.matching import EPSILON, match_by_weight
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError, frames_out_of_range
from mots_plugin.evaluation.functional.track_pairs import CountedObjects, TrackPairs, pairs_among
from mots_plugin.formats.box_faults import find_box_faults
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.errors import Fault


@dataclass(frozen=True)
class BoxRules:
    """Which boxes of the ground truth are no truths, and which predictions they excuse.

    As ``get_preprocessed_seq_data`` of trackeval 1.3.0 has it in ``datasets/mot_challenge_2d_box.py`` and
    ``datasets/kitti_2d_box.py``.

    Attributes:
        distractors: For a class, classes whose boxes excuse the predictions that match them.
        ignored: Classes of regions that excuse unmatched predictions lying in one of them by more than half.
        all_classes_match: Boxes of every class compete for predictions (MOTChallenge), rather than only those of the
            class and of its distractors (KITTI).
        max_occlusion: Boxes of a higher level are distractors; None for no bound.
        max_truncation: Likewise.
        min_height: Unmatched predictions of up to this height, pixels, are excused; None for none.
        zero_marked: Boxes of the ground truth whose score is 0 are no truths (MOTChallenge).
        ids_needed: Boxes without identity are faults, rather than left out (KITTI).
        ids_by_class: Objects of different classes may share an id (KITTI).
    """

    distractors: Mapping[int, tuple[int, ...]] = field(default_factory=dict)
    ignored: tuple[int, ...] = ()
    all_classes_match: bool = False
    max_occlusion: int | None = None
    max_truncation: int | None = None
    min_height: float | None = None
    zero_marked: bool = False
    ids_needed: bool = False
    ids_by_class: bool = False


@dataclass(frozen=True)
class BoxPairs:
    """Objects of all classes of one sequence and their overlaps, computed once for every class and metric.

    Rows are those of the two inputs, sorted by frame.

    Attributes:
        ground_truth: G boxes, those that are no truths among them.
        predictions: P predictions.
        rules: What is a truth.
        everything: All of them, as if of one class.
        ignored: ``(P,)`` bool, predictions that lie in an ignore region by more than half.
    """

    ground_truth: BoxTracks
    predictions: BoxTracks
    rules: BoxRules
    everything: TrackPairs
    ignored: NDArray[np.bool_]

    def of_class(self, class_id: int) -> TrackPairs:
        """Return the objects of one class, without the predictions that the rules excuse.

        Args:
            class_id: In the numbering of the two inputs.
        """
        return self.counted(class_id).pairs

    def counted(self, class_id: int) -> CountedObjects:
        """Return the same objects, with their rows; see :meth:`of_class`."""
        truth, rules = self.ground_truth, self.rules
        own = truth.class_ids == class_id
        distracting = np.isin(truth.class_ids, rules.distractors.get(class_id, ()))
        if rules.max_occlusion is not None:
            distracting |= own & (truth.occlusions > rules.max_occlusion)
        if rules.max_truncation is not None:
            distracting |= own & (truth.truncations > rules.max_truncation)
        competing = np.full(len(truth), True) if rules.all_classes_match else own | distracting
        competing &= ~np.isin(truth.class_ids, rules.ignored)
        prediction = self.predictions.class_ids == class_id
        prediction[prediction] = ~self._excused(competing, distracting, prediction)
        marked = np.trunc(truth.scores) != 0 if rules.zero_marked else True
        gt = own & ~distracting & marked
        pairs = pairs_among(self.everything, gt, prediction)
        return CountedObjects(np.flatnonzero(gt), np.flatnonzero(prediction), pairs)

    def _excused(
        self, competing: NDArray[np.bool_], distracting: NDArray[np.bool_], prediction: NDArray[np.bool_]
    ) -> NDArray[np.bool_]:
        """Return, for each prediction of a class, whether it counts for nothing."""
        excused = np.zeros(int(prediction.sum()), bool)
        excused_if_unmatched = self.ignored[prediction]
        if self.rules.min_height is not None:
            boxes = self.predictions.boxes[prediction]
            excused_if_unmatched |= boxes[:, 3] - boxes[:, 1] <= self.rules.min_height + EPSILON
        if distracting.any() or excused_if_unmatched.any():
            pairs = pairs_among(self.everything, competing, prediction, 0.5 - EPSILON)
            matches = match_by_weight(pairs, pairs.similarities)
            matched = pairs.pair_prediction[matches]
            excused_if_unmatched[matched] = False
            excused[matched] = distracting[competing][pairs.pair_gt[matches]]
        return excused | excused_if_unmatched


def box_pairs(ground_truth: BoxTracks, predictions: BoxTracks, frames: Sequence[int], rules: BoxRules) -> BoxPairs:
    """Compute every overlap of a sequence.

    Args:
        ground_truth: The truths and what else is annotated.
        predictions: The predictions.
        frames: Number of every frame of the sequence, with or without objects, ascending.
        rules: What is a truth; classes that it calls ignored need no identity.

    Raises:
        FaultySequenceError: An id twice in a frame, boxes without an id, of negative size or out of range, on either
            side. Nothing is repaired.
    """
    faults = find_box_sequence_faults(ground_truth, predictions, frames, rules)
    if faults:
        raise FaultySequenceError(faults)
    ground_truth, predictions = _prepare(ground_truth, rules), _prepare(predictions, rules)
    overlaps = box_overlaps(ground_truth.frames, ground_truth.boxes, predictions.frames, predictions.boxes)
    regions = np.isin(ground_truth.class_ids, rules.ignored)
    ignored = np.zeros(len(predictions), bool)
    within = regions[overlaps.first] & (overlaps.intersections / overlaps.second_areas > 0.5 + EPSILON)
    ignored[overlaps.second[within]] = True
    everything = TrackPairs(
        frame_count=len(frames),
        gt_frames=ground_truth.frames,
        gt_tracks=ground_truth.track_ids,
        prediction_frames=predictions.frames,
        prediction_tracks=predictions.track_ids,
        pair_gt=overlaps.first,
        pair_prediction=overlaps.second,
        similarities=overlaps.ious,
    )
    return BoxPairs(ground_truth, predictions, rules, everything, ignored)


def find_box_sequence_faults(
    ground_truth: BoxTracks, predictions: BoxTracks, frames: Sequence[int], rules: BoxRules
) -> list[Fault]:
    """List the faults of a sequence: of the ground truth first, then of the predictions; see :func:`box_pairs`."""
    faults = []
    for tracks in (ground_truth, predictions):
        faults += find_box_faults(
            tracks.select(~np.isin(tracks.class_ids, rules.ignored)),
            ids_by_class=rules.ids_by_class,
            ids_needed=rules.ids_needed,
        )
        faults += frames_out_of_range(tracks, frames)
    return faults


def _prepare(tracks: BoxTracks, rules: BoxRules) -> BoxTracks:
    """Sort by frame, without the boxes that have no identity and are no region either."""
    if not rules.ids_needed:
        tracks = tracks.select((tracks.track_ids >= 0) | np.isin(tracks.class_ids, rules.ignored))
    if np.all(tracks.frames[1:] >= tracks.frames[:-1]):
        return tracks
    return tracks.select(np.argsort(tracks.frames, kind="stable"))
