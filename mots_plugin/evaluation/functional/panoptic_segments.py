"""Which segments of a panoptic prediction are right: the matching that PQ, VPQ, PTQ and PAT share."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.panoptic_overlaps import PanopticOverlaps, instances_of, sums_by_index
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import INSTANCE_BITS

PanopticRules = Literal["panopticapi", "deeplab2", "nuscenes"]
"""What becomes of void and of crowds (instance 0 in a class of things) in the truth.

- ``panopticapi``: a crowd is neither matched nor missed; a prediction is no false positive if more than half of it lies
  on void or on a crowd of its class. ``panopticapi/evaluation.py``.
- ``deeplab2``: a crowd is a segment like others; void alone excuses a false positive.
  ``deeplab2/evaluation/panoptic_quality.py``.
- ``nuscenes``: pixels of void do not exist. ``nuscenes/eval/panoptic``. Its data have no crowds; here their pixels do
  not exist either.

Under all of them, pixels of void are no part of a union.
"""


@dataclass(frozen=True)
class SegmentMatches:
    """The segments of a frame, or of a short window of frames, sorted into hits, misses and false alarms.

    Attributes:
        truths: ``(M,)`` panoptic ids of matched segments of the truth, ascending.
        predictions: ``(M,)`` panoptic ids of the predictions they match.
        ious: ``(M,)`` intersections over unions, above 0.5.
        missed: ``(N,)`` panoptic ids of segments of the truth without a match.
        spurious: ``(P,)`` panoptic ids of predictions without a match.
    """

    truths: NDArray[np.int64]
    predictions: NDArray[np.int64]
    ious: NDArray[np.float64]
    missed: NDArray[np.int64]
    spurious: NDArray[np.int64]


def match_segments(
    overlaps: PanopticOverlaps, classes: PanopticClasses, rules: PanopticRules = "panopticapi", min_pixels: int = 0
) -> SegmentMatches:
    """Match segments of one class whose IoU is above 0.5, which leaves each at most one partner.

    Kirillov et al., "Panoptic Segmentation", CVPR 2019, section 4.1.

    Args:
        overlaps: Of a frame, or the sum over a window of frames.
        classes: The classes.
        rules: What becomes of void and crowds.
        min_pixels: Segments that are smaller are neither missed nor spurious; they can match.
    """
    if rules == "nuscenes":
        overlaps = drop_void_and_crowds(overlaps, classes)
    truths, truth_rows, truth_areas = _segments(overlaps.truths, overlaps.pixels)
    predictions, prediction_rows, prediction_areas = _segments(overlaps.predictions, overlaps.pixels)
    in_void = classes.is_void[overlaps.truth_classes]
    void_areas = sums_by_index(prediction_rows[in_void], overlaps.pixels[in_void], len(predictions))
    countable = ~classes.is_void[truths >> INSTANCE_BITS]
    if rules == "panopticapi":
        countable &= ~is_crowd(truths, classes)

    same_class = overlaps.truth_classes == overlaps.prediction_classes
    pairs = np.flatnonzero(same_class & countable[truth_rows])
    truth, prediction, shared = truth_rows[pairs], prediction_rows[pairs], overlaps.pixels[pairs]
    ious = shared / (truth_areas[truth] + prediction_areas[prediction] - shared - void_areas[prediction])
    hits = ious > 0.5

    missed = countable & (truth_areas >= min_pixels)
    missed[truth[hits]] = False
    excused = void_areas
    if rules == "panopticapi":
        on_crowd = same_class & is_crowd(overlaps.truths, classes)
        excused = void_areas.copy()
        excused[prediction_rows[on_crowd]] += overlaps.pixels[on_crowd]
    spurious = ~classes.is_void[predictions >> INSTANCE_BITS] & (prediction_areas >= min_pixels)
    spurious &= 2 * excused <= prediction_areas
    spurious[prediction[hits]] = False
    return SegmentMatches(
        truths[truth[hits]], predictions[prediction[hits]], ious[hits], truths[missed], predictions[spurious]
    )


def is_crowd(truths: NDArray[np.int64], classes: PanopticClasses) -> NDArray[np.bool_]:
    """Return which panoptic ids of the truth are crowds: things that are not told apart."""
    return (instances_of(truths) == 0) & classes.is_thing[truths >> INSTANCE_BITS]


def drop_void_and_crowds(overlaps: PanopticOverlaps, classes: PanopticClasses) -> PanopticOverlaps:
    """Return the pixels whose truth is neither void nor a crowd."""
    return overlaps.select(~classes.is_void[overlaps.truth_classes] & ~is_crowd(overlaps.truths, classes))


def _segments(
    ids: NDArray[np.int64], pixels: NDArray[np.int64]
) -> tuple[NDArray[np.int64], NDArray[np.intp], NDArray[np.float64]]:
    """Return the ids that occur, the place of each row's id among them, and their areas."""
    segments, rows = np.unique(ids, return_inverse=True)
    return segments, rows, sums_by_index(rows, pixels, len(segments))
