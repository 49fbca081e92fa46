"""Segmentation and tracking quality (STQ), the metric of the STEP benchmarks.

Weber et al., "STEP: Segmenting and Tracking Every Pixel", NeurIPS 2021 data sets, section 4; decisions that the paper
leaves open are those of ``deeplab2/evaluation/numpy/segmentation_and_tracking_quality.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.additive import Additive
from mots_plugin.evaluation.functional.panoptic_overlaps import (
    OverlapSum,
    PanopticOverlaps,
    group_sums,
    instances_of,
    sums_by_index,
)
from mots_plugin.evaluation.functional.panoptic_segments import is_crowd
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import INSTANCE_BITS

VoidPredictions = Literal["class", "miss"]
"""What predictions of void on annotated pixels are, beside misses: a class of its own with an IoU of 0, which counts in
the mean (``class``, as deeplab2 has it), or nothing (``miss``)."""


@dataclass(frozen=True)
class STQCounts(Additive):
    """What STQ is made of; adds up over sequences. C is the number of classes, ignored ones included.

    Attributes:
        confusion: ``(C + 1, C + 1)`` int64 pixels by class of the truth (rows) and of the prediction; void is last.
        tubes: ``(C,)`` int64 tracks of the truth, whole sequences long.
        association: ``(C,)`` float64 sum of the association quality of these tracks.
    """

    confusion: NDArray[np.int64]
    tubes: NDArray[np.int64]
    association: NDArray[np.float64]

    def iou(self, void_predictions: VoidPredictions = "class") -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
        """Return IoUs by class.

        Args:
            void_predictions: What predictions of void on annotated pixels are.

        Returns:
            ious: ``(C + 1,)``; 0 for void, and for classes that do not occur.
            present: ``(C + 1,)`` which of them take part in the mean.
        """
        annotated = self.confusion.copy()
        annotated[-1] = 0
        shared = annotated.diagonal()
        union = annotated.sum(axis=0) + annotated.sum(axis=1) - shared
        present = union > 0
        present[-1] &= void_predictions == "class"
        return shared / np.maximum(union, 1), present

    def sq(self, void_predictions: VoidPredictions = "class") -> float:
        """Segmentation quality: the mean IoU of the classes; 0 if there is none."""
        ious, present = self.iou(void_predictions)
        return float(ious[present].mean()) if present.any() else 0.0

    @property
    def aq(self) -> float:
        """Association quality: the mean over all tracks; 0 if there is none."""
        return float(self.association.sum() / max(self.tubes.sum(), 1))

    def stq(self, void_predictions: VoidPredictions = "class") -> float:
        """Return STQ, the geometric mean of AQ and SQ."""
        return float(np.sqrt(self.aq * self.sq(void_predictions)))


class STQCounter:
    """Counts for STQ, frame by frame, of one sequence.

    Args:
        classes: The classes.
    """

    def __init__(self, classes: PanopticClasses) -> None:
        self.classes = classes
        self._sum = OverlapSum()

    def update(self, overlaps: PanopticOverlaps) -> None:
        """Count one frame."""
        self._sum.add(overlaps)

    def result(self) -> STQCounts:
        """Return the counts of the sequence so far."""
        return stq_counts(self._sum.total(), self.classes)


def stq_counts(sequence: PanopticOverlaps, classes: PanopticClasses) -> STQCounts:
    """Count one sequence.

    A track of the truth is matched in pixels with every track of the prediction, of whatever class of
    things. Crowds are taken from both sides; predictions on void stay, and make their tracks worse.

    Args:
        sequence: The overlaps of all frames, added up.
        classes: The classes.
    """
    size = len(classes.names)
    class_index = np.where(classes.is_void, size, np.arange(256))
    truth_index, prediction_index = class_index[sequence.truth_classes], class_index[sequence.prediction_classes]
    cells = sums_by_index(truth_index * (size + 1) + prediction_index, sequence.pixels, (size + 1) ** 2)

    tracked = sequence.select(~is_crowd(sequence.truths, classes))
    in_truth = classes.is_thing[tracked.truth_classes] & (instances_of(tracked.truths) > 0)
    in_prediction = classes.is_thing[tracked.prediction_classes]
    truths, truth_sizes = group_sums(tracked.truths[in_truth], tracked.pixels[in_truth])
    predictions, prediction_sizes = group_sums(tracked.predictions[in_prediction], tracked.pixels[in_prediction])
    pairs = tracked.select(in_truth & in_prediction)
    truth = np.searchsorted(truths, pairs.truths)
    truth_size = truth_sizes[truth]
    prediction_size = prediction_sizes[np.searchsorted(predictions, pairs.predictions)]
    quality = pairs.pixels * (pairs.pixels / (truth_size + prediction_size - pairs.pixels)) / truth_size
    return STQCounts(
        cells.astype(np.int64).reshape(size + 1, size + 1),
        np.bincount(truths >> INSTANCE_BITS, minlength=size),
        sums_by_index(pairs.truth_classes, quality, size),
    )
