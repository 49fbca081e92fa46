"""Panoptic quality (PQ), and its average over windows of frames, video panoptic quality (VPQ)."""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.additive import Additive
from mots_plugin.evaluation.functional.panoptic_overlaps import PanopticOverlaps, add_overlaps, sums_by_index
from mots_plugin.evaluation.functional.panoptic_segments import PanopticRules, SegmentMatches, match_segments
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import INSTANCE_BITS


@dataclass(frozen=True)
class PQCounts(Additive):
    """Hits and errors of each class, over any number of frames; C is the number of classes, ignored ones included.

    With further axes in front, arrays hold several such counts.

    Attributes:
        tp: ``(C,)`` int64 matched segments.
        fp: ``(C,)`` int64 predictions without a match.
        fn: ``(C,)`` int64 segments of the truth without a match.
        iou: ``(C,)`` float64 sum of the IoUs of the matched.
    """

    tp: NDArray[np.int64]
    fp: NDArray[np.int64]
    fn: NDArray[np.int64]
    iou: NDArray[np.float64]

    @property
    def present(self) -> NDArray[np.bool_]:
        """``(C,)`` classes that are in the truth or in the prediction."""
        return self.tp + self.fp + self.fn > 0

    @property
    def sq(self) -> NDArray[np.float64]:
        """``(C,)`` segmentation quality, the mean IoU of the matched; 0 where there are none."""
        return self.iou / np.maximum(self.tp, 1)

    @property
    def rq(self) -> NDArray[np.float64]:
        """``(C,)`` recognition quality, ``TP / (TP + FP / 2 + FN / 2)``; 0 where there is nothing."""
        return self.tp / np.maximum(self.tp + 0.5 * self.fp + 0.5 * self.fn, 0.5)

    @property
    def pq(self) -> NDArray[np.float64]:
        """``(C,)`` panoptic quality, SQ * RQ; Kirillov et al., "Panoptic Segmentation", CVPR 2019, equation 1."""
        return self.sq * self.rq


def count_matches(matches: SegmentMatches, classes: PanopticClasses) -> PQCounts:
    """Count matched, missed and spurious segments by class."""
    size = len(classes.names)

    def count(ids: NDArray[np.int64]) -> NDArray[np.int64]:
        return np.bincount(ids >> INSTANCE_BITS, minlength=size)

    iou = sums_by_index(matches.truths >> INSTANCE_BITS, matches.ious, size)
    return PQCounts(count(matches.truths), count(matches.spurious), count(matches.missed), iou)


def no_counts(classes: PanopticClasses) -> PQCounts:
    """Return the counts of no frame."""
    zeros = np.zeros(len(classes.names), np.int64)
    return PQCounts(zeros, zeros, zeros, zeros.astype(np.float64))


class PQCounter:
    """Counts for PQ frame by frame.

    Args:
        classes: The classes.
        rules: What becomes of void and crowds; see :data:`PanopticRules`.
        min_pixels: Least size of what is missed or spurious.
    """

    def __init__(self, classes: PanopticClasses, rules: PanopticRules = "panopticapi", min_pixels: int = 0) -> None:
        self.classes = classes
        self.rules: PanopticRules = rules
        self.min_pixels = min_pixels
        self._counts = no_counts(classes)

    def update(self, overlaps: PanopticOverlaps) -> None:
        """Count one frame."""
        matches = match_segments(overlaps, self.classes, self.rules, self.min_pixels)
        self._counts += count_matches(matches, self.classes)

    def result(self) -> PQCounts:
        """Return the counts of all frames so far."""
        return self._counts


_FIELDS = ("tp", "fp", "fn", "iou")

DEFAULT_WINDOWS = (1, 2, 3, 4)
"""Window lengths, in annotated frames, over which VPSNet's evaluation averages (its k = 0, 5, 10, 15)."""


class VPQCounter:
    """Counts for VPQ: PQ of segments that are cut out of every window of adjacent frames as tubes.

    Kim et al., "Video Panoptic Segmentation", CVPR 2020, section 3.2; ``tools/eval_vpq.py`` of VPSNet. A sequence has
    no window that is longer than itself.

    Args:
        classes: The classes.
        windows: Lengths of the windows, in frames.
        rules: What becomes of void and crowds; VPSNet's are those of panopticapi.
    """

    def __init__(
        self,
        classes: PanopticClasses,
        windows: Sequence[int] = DEFAULT_WINDOWS,
        rules: PanopticRules = "panopticapi",
    ) -> None:
        if not windows or min(windows) < 1:
            raise ValueError(f"windows must be lengths of at least 1 frame, not {list(windows)}")
        self.classes = classes
        self.rules: PanopticRules = rules
        self.windows = tuple(windows)
        self._frames: deque[PanopticOverlaps] = deque(maxlen=max(windows))
        self._counts = [no_counts(classes) for _ in windows]

    def update(self, overlaps: PanopticOverlaps) -> None:
        """Count the windows that end with this frame."""
        self._frames.append(overlaps)
        for place, length in enumerate(self.windows):
            if length <= len(self._frames):
                window = add_overlaps(list(self._frames)[-length:])
                matches = match_segments(window, self.classes, self.rules)
                self._counts[place] += count_matches(matches, self.classes)

    def result(self) -> PQCounts:
        """Return the counts of all windows so far, in arrays ``(W, C)``: a row for each length of window."""
        tp, fp, fn, iou = (np.stack([getattr(part, name) for part in self._counts]) for name in _FIELDS)
        return PQCounts(tp, fp, fn, iou)
