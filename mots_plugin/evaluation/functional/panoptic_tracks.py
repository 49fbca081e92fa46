"""Panoptic tracking (PAT): tracking quality (TQ) that counts frames, not pixels, beside panoptic quality.

Fong et al., "Panoptic nuScenes", RA-L 2022. What the paper leaves open is decided as in
``nuscenes/eval/panoptic/panoptic_track_evaluator.py``, whose points are pixels here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.additive import Additive
from mots_plugin.evaluation.functional.panoptic_overlaps import (
    PanopticOverlaps,
    group_sums,
    instances_of,
    sums_by_index,
)
from mots_plugin.evaluation.functional.panoptic_segments import drop_void_and_crowds
from mots_plugin.evaluation.functional.pq import PQCounter, PQCounts
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import INSTANCE_BITS

PredictionIdentity = Literal["class_and_instance", "instance"]
"""What makes a track of the prediction: class and instance, as in STEP, where instances are numbered within each class,
and in nuScenes' command line; or the instance alone, so that a change of class is none of identity, for predictions
whose instances are numbered over all classes. Pixels of instance 0 are of no track."""

DEFAULT_MIN_PIXELS = 15
"""Least size of an object, in points, in the nuScenes benchmark's command line."""


@dataclass(frozen=True)
class TQCounts(Additive):
    """Tracking quality; adds up over sequences. C is the number of classes, ignored ones included.

    Attributes:
        tracks: ``(C,)`` int64 tracks of the truth.
        quality: ``(C,)`` float64 sum of their TQ.
    """

    tracks: NDArray[np.int64]
    quality: NDArray[np.float64]

    @property
    def by_class(self) -> NDArray[np.float64]:
        """``(C,)`` mean TQ of the tracks of each class; 0 where there are none."""
        return self.quality / np.maximum(self.tracks, 1)

    @property
    def tq(self) -> float:
        """Mean TQ of all tracks; 0 if there are none."""
        return float(self.quality.sum() / max(self.tracks.sum(), 1))


@dataclass(frozen=True)
class PATCounts(Additive):
    """What PAT is made of.

    Attributes:
        segments: Hits and errors by the rules of nuScenes.
        tracks: Tracking quality.
    """

    segments: PQCounts
    tracks: TQCounts


class PATCounter:
    """Counts for PAT, frame by frame, of one sequence; holds a few numbers for each object and frame.

    Args:
        classes: The classes.
        min_pixels: Smaller segments are no errors of PQ; objects and predictions must be larger for TQ.
        identity: What makes a track of the prediction.
    """

    def __init__(
        self,
        classes: PanopticClasses,
        min_pixels: int = DEFAULT_MIN_PIXELS,
        identity: PredictionIdentity = "class_and_instance",
    ) -> None:
        self.classes = classes
        self.min_pixels = min_pixels
        self.identity = identity
        self._segments = PQCounter(classes, "nuscenes", min_pixels)
        self._truths: list[NDArray[np.int64]] = []
        self._matches: list[NDArray[np.int64]] = []
        self._large_predictions: list[NDArray[np.int64]] = []

    def update(self, overlaps: PanopticOverlaps) -> None:
        """Count one frame."""
        self._segments.update(overlaps)
        seen = drop_void_and_crowds(overlaps, self.classes)
        keys = seen.predictions if self.identity == "class_and_instance" else instances_of(seen.predictions)
        keys = np.where(instances_of(seen.predictions) > 0, keys, 0)  # 0: pixels of no track
        predictions, prediction_areas = group_sums(keys, seen.pixels)
        self._large_predictions.append(predictions[(predictions > 0) & (prediction_areas > self.min_pixels)])

        of_thing = self.classes.is_thing[seen.truth_classes]
        truths, truth_areas = group_sums(seen.truths[of_thing], seen.pixels[of_thing])
        large = truth_areas > self.min_pixels
        pair_codes = seen.truths[of_thing] << 32 | keys[of_thing]
        codes, shared = group_sums(pair_codes, seen.pixels[of_thing])
        truth = np.searchsorted(truths, codes >> 32)
        pair_keys = codes & 0xFFFFFFFF
        union = truth_areas[truth] + prediction_areas[np.searchsorted(predictions, pair_keys)] - shared
        hits = shared / union > 0.5
        match = np.zeros(len(truths), np.int64)
        match[truth[hits]] = pair_keys[hits]
        self._truths.append(truths[large])
        self._matches.append(match[large])

    def result(self) -> PATCounts:
        """Return the counts of the sequence so far."""
        return PATCounts(self._segments.result(), self._track_quality())

    def _track_quality(self) -> TQCounts:
        size = len(self.classes.names)
        if not self._truths:
            return TQCounts(np.zeros(size, np.int64), np.zeros(size))
        truths = np.concatenate(self._truths)
        order = np.argsort(truths, kind="stable")  # by track, each in order of frames
        truths, matches = truths[order], np.concatenate(self._matches)[order]
        tracks, lengths = group_sums(truths, np.ones_like(truths))
        association = association_scores(tracks, lengths, truths, matches, np.concatenate(self._large_predictions))
        continues = truths[1:] == truths[:-1]
        switches = continues & ((matches[1:] != matches[:-1]) | (matches[:-1] == 0))
        switched = np.bincount(np.searchsorted(tracks, truths[1:][switches]), minlength=len(tracks))
        quality = np.sqrt((1 - switched / np.maximum(lengths - 1, 1)) * association)
        class_ids = tracks >> INSTANCE_BITS
        return TQCounts(np.bincount(class_ids, minlength=size), sums_by_index(class_ids, quality, size))


def association_scores(
    tracks: NDArray[np.int64],
    lengths: NDArray[np.int64],
    truths: NDArray[np.int64],
    matches: NDArray[np.int64],
    large_predictions: NDArray[np.int64],
) -> NDArray[np.float64]:
    """Score how each track of the truth is shared out among tracks of the prediction (MAPT, equation 10).

    Args:
        tracks: ``(T,)`` ids of the tracks, ascending.
        lengths: ``(T,)`` frames in which each is there.
        truths: ``(N,)`` id of a track, once for every frame in which it is there.
        matches: ``(N,)`` track of the prediction that it is matched with in that frame, 0 for none.
        large_predictions: ``(P,)`` ids of tracks of the prediction, once for every frame in which each is large enough.

    Returns:
        ``(T,)``: the sum over tracks p of the prediction of ``TPA**2 / (L + FPA) / L``, where TPA is the number of
        frames in which p matches, FPA that of other frames in which p is large enough, and L the length.
    """
    found = matches > 0
    codes, frames_matched = group_sums(truths[found] << 32 | matches[found], np.ones(found.sum(), np.int64))
    track, predicted = np.searchsorted(tracks, codes >> 32), codes & 0xFFFFFFFF
    large, frames_large = group_sums(large_predictions, np.ones_like(large_predictions))
    large, frames_large = np.append(large, -1), np.append(frames_large, 0)
    place = np.searchsorted(large[:-1], predicted)
    ever_large = large[place] == predicted
    frames_elsewhere = np.where(ever_large, frames_large[place] - frames_matched, 0)
    shares = frames_matched**2 / (lengths[track] + frames_elsewhere) / lengths[track]
    return sums_by_index(track, shares, len(tracks))
