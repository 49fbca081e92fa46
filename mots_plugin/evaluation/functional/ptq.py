"""Panoptic tracking quality (PTQ): PQ less the id switches between adjacent frames.

Hurtado et al., "MOPT: Multi-Object Panoptic Tracking", CVPR workshop 2020. What the paper leaves open is decided as in
``nuscenes/eval/panoptic/panoptic_track_evaluator.py``, whose points are pixels here.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.additive import Additive
from mots_plugin.evaluation.functional.panoptic_overlaps import PanopticOverlaps, sums_by_index
from mots_plugin.evaluation.functional.panoptic_segments import SegmentMatches, match_segments
from mots_plugin.evaluation.functional.panoptic_tracks import DEFAULT_MIN_PIXELS
from mots_plugin.evaluation.functional.pq import PQCounts, count_matches, no_counts
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import INSTANCE_BITS


@dataclass(frozen=True)
class PTQCounts(Additive):
    """What PTQ is made of; C is the number of classes, ignored ones included.

    Attributes:
        segments: Hits and errors by the rules of nuScenes.
        switches: ``(C,)`` int64 matched objects whose track changed since the frame before, where they were matched.
        switched_iou: ``(C,)`` float64 sum of the IoUs of these.
    """

    segments: PQCounts
    switches: NDArray[np.int64]
    switched_iou: NDArray[np.float64]

    def ptq(self, penalty: NDArray[np.int64] | NDArray[np.float64]) -> NDArray[np.float64]:
        """Return ``(C,)`` PQ with a penalty taken off the sum of IoUs.

        Args:
            penalty: ``(C,)``: ``switches`` for PTQ, ``switched_iou`` for sPTQ.
        """
        counts = self.segments
        return (counts.iou - penalty) / np.maximum(counts.tp, 1) * counts.rq


class PTQCounter:
    """Counts for PTQ and sPTQ, frame by frame, of one sequence.

    Args:
        classes: The classes.
        min_pixels: Smaller segments are no errors.
    """

    def __init__(self, classes: PanopticClasses, min_pixels: int = DEFAULT_MIN_PIXELS) -> None:
        self.classes = classes
        self.min_pixels = min_pixels
        self._counts = no_counts(classes)
        self._switches = np.zeros(len(classes.names), np.int64)
        self._switched_iou = np.zeros(len(classes.names))
        self._before: SegmentMatches | None = None

    def update(self, overlaps: PanopticOverlaps) -> None:
        """Count one frame."""
        matches = match_segments(overlaps, self.classes, "nuscenes", self.min_pixels)
        self._counts += count_matches(matches, self.classes)
        if self._before is not None:
            _, before, now = np.intersect1d(
                self._before.truths, matches.truths, assume_unique=True, return_indices=True
            )
            switched = now[self._before.predictions[before] != matches.predictions[now]]
            class_ids = matches.truths[switched] >> INSTANCE_BITS
            of_thing = self.classes.is_thing[class_ids]
            class_ids, ious, size = class_ids[of_thing], matches.ious[switched][of_thing], len(self._switches)
            self._switches = self._switches + np.bincount(class_ids, minlength=size)
            self._switched_iou = self._switched_iou + sums_by_index(class_ids, ious, size)
        self._before = matches

    def result(self) -> PTQCounts:
        """Return the counts of the sequence so far."""
        return PTQCounts(self._counts, self._switches, self._switched_iou)
