"""Panoptic maps on disk, scored as KITTI-STEP, MOTChallenge-STEP or any data set in their format."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

from mots_plugin.evaluation.functional.panoptic_families import (
    PANOPTIC_FAMILIES,
    PanopticSequenceCounter,
    summarise_panoptic,
)
from mots_plugin.evaluation.functional.panoptic_overlaps import PanopticOverlaps, count_overlaps
from mots_plugin.evaluation.functional.panoptic_scores import PUBLISHED, AbsentClasses, PanopticOptions
from mots_plugin.evaluation.functional.panoptic_segments import PanopticRules
from mots_plugin.evaluation.functional.panoptic_tracks import PredictionIdentity
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.evaluation.functional.stq import VoidPredictions
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.seqmap import SequenceRange
from mots_plugin.formats.step_classes import PanopticClasses, choose_class_list
from mots_plugin.formats.step_sequences import StepSequence, find_step_sequences


@dataclass(frozen=True)
class StepBenchmark:
    """A :class:`mots_plugin.evaluation.file_scoring.Benchmark` of panoptic maps.

    Attributes:
        class_list: ``kitti_step``, ``motchallenge_step`` or a json file; see
            :func:`mots_plugin.formats.step_classes.read_class_list`.
        classes: Names of the classes to score, all others being void; none for all.
        ignore_classes: Names of classes that are void.
        pq_rules: What void and crowds are to PQ and VPQ.
        void_predictions: What predictions of void are to SQ.
        windows: Lengths of the windows of VPQ, in frames.
        min_pixels: Least size of objects for PAT and PTQ.
        identity: What makes a track of the prediction for PAT.
        absent_classes: What absent classes are to the PQ of PAT.
    """

    class_list: str = "kitti_step"
    classes: tuple[str, ...] = ()
    ignore_classes: tuple[str, ...] = ()
    pq_rules: PanopticRules = PUBLISHED.pq_rules
    void_predictions: VoidPredictions = PUBLISHED.void_predictions
    windows: tuple[int, ...] = PUBLISHED.windows
    min_pixels: int = PUBLISHED.min_pixels
    identity: PredictionIdentity = PUBLISHED.identity
    absent_classes: AbsentClasses = PUBLISHED.absent_classes

    def __post_init__(self) -> None:
        if min(self.windows, default=0) < 1:
            raise FormatError("windows", "a window has at least 1 frame", "name their lengths, such as 1 2 3 4")
        _ = self.panoptic_classes  # refuses unknown names

    @cached_property
    def panoptic_classes(self) -> PanopticClasses:
        """The classes, with those not to be scored marked as ignored."""
        classes = choose_class_list(self.class_list)
        return classes.only(self.classes or classes.names).without(self.ignore_classes)

    @property
    def options(self) -> PanopticOptions:
        """What the publications leave open."""
        return PanopticOptions(
            self.pq_rules, self.void_predictions, self.windows, self.min_pixels, self.identity, self.absent_classes
        )

    @property
    def metrics(self) -> Mapping[str, tuple[str, ...]]:
        """Columns of a table, by metric family."""
        return {name: family.columns for name, family in PANOPTIC_FAMILIES.items()}

    def find(self, root: Path) -> dict[str, StepSequence]:
        """Find the sequences of a folder or zip file."""
        return find_step_sequences(root)

    def count(
        self, truth: StepSequence, predictions: StepSequence, wanted: SequenceRange, metrics: Sequence[str]
    ) -> tuple[dict[str, Any], str]:
        """Read and count one sequence, two maps in memory at a time."""
        counter = PanopticSequenceCounter(self.panoptic_classes, metrics, self.options)
        for _, overlaps in self.compare(truth, predictions, wanted):
            counter.update(overlaps)
        return counter.result(), ""

    def compare(
        self, truth: StepSequence, predictions: StepSequence, wanted: SequenceRange
    ) -> Iterator[tuple[int, PanopticOverlaps]]:
        """Read one sequence and compare its maps, two of them in memory at a time.

        Yields:
            Number and overlaps of each frame, up to the first that is at fault.

        Raises:
            FaultySequenceError: Listing all faults of the sequence, at its end.
        """
        faults = _frame_faults(truth, predictions, wanted)
        with truth.opened() as read_truth, predictions.opened() as read_prediction:
            for frame in truth.members:
                if frame not in wanted or frame not in predictions.members:
                    continue
                try:
                    true_map, predicted_map = read_truth(frame), read_prediction(frame)
                except FormatError as error:
                    faults.append(Fault(error.file, error.place, error.problem, error.cure, "file"))
                    continue
                if true_map.shape != predicted_map.shape:
                    problem = "is of {} x {} pixels, the ground truth of {} x {}".format(
                        *predicted_map.shape, *true_map.shape
                    )
                    cure = "write maps at the size of the ground truth (height x width)"
                    faults.append(Fault(str(predictions.path(frame)), "", problem, cure, "size"))
                    continue
                overlaps = count_overlaps(true_map, predicted_map)
                known = self.panoptic_classes.is_known
                for path, class_ids in (
                    (truth.path(frame), overlaps.truth_classes),
                    (predictions.path(frame), overlaps.prediction_classes),
                ):
                    if not known[class_ids].all():
                        faults.append(self._unknown_class(path, int(class_ids[~known[class_ids]][0])))
                if not faults:
                    yield frame, overlaps
        if faults:
            raise FaultySequenceError(faults)

    def _unknown_class(self, path: Path, class_id: int) -> Fault:
        classes = self.panoptic_classes
        cure = f"classes are 0 to {len(classes.names) - 1} and {classes.void} for void; name others by --class-list"
        return Fault(str(path), "", f"has pixels of class {class_id}, which is unknown", cure, "class")

    def summarise(self, counts: Mapping[str, dict[str, Any]], metrics: Sequence[str]) -> dict[str, Any]:
        """Turn the counts of all sequences into metrics."""
        return summarise_panoptic(counts, self.panoptic_classes, self.options)


def _frame_faults(truth: StepSequence, predictions: StepSequence, wanted: SequenceRange) -> list[Fault]:
    """List the frames that one side lacks; predictions between frames of the truth that are not annotated are none."""
    frames = [frame for frame in truth.members if frame in wanted]
    if wanted.last_frame is not None:
        first = min(frames, default=0) if wanted.first_frame is None else wanted.first_frame
        for frame in sorted(set(range(first, wanted.last_frame + 1)) - set(frames)):
            problem = f"has no map of frame {frame} of sequence {truth.name}"
            return [Fault(str(truth.root), wanted.source, problem, "correct the range of frames", "frame")]
    if not frames:
        problem = f"has no frame of sequence {truth.name} in the wanted range"
        return [Fault(str(truth.root), wanted.source, problem, "correct the range of frames", "frame")]
    faults = []
    for frame in frames:
        if frame not in predictions.members:
            problem = f"has no map of frame {frame} of sequence {predictions.name}"
            faults.append(Fault(str(predictions.root), "", problem, "predict every frame of the ground truth", "frame"))
    first, last = min(truth.members), max(truth.members)
    for frame in predictions.members:
        if not first <= frame <= last:
            problem = f"frame {frame} is out of range: the ground truth has frames {first} to {last}"
            cure = "number the frames as the ground truth does, or remove the file"
            faults.append(Fault(str(predictions.path(frame)), "", problem, cure, "range"))
    return faults
