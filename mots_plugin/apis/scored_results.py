"""Results that have been scored, ready to be looked at again: masks, boxes or panoptic maps, one sequence at a time."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.box_scoring import BoxBenchmark
from mots_plugin.evaluation.file_scoring import SequenceJob
from mots_plugin.evaluation.functional.box_pairs import BoxPairs
from mots_plugin.evaluation.functional.clear import IdSwitchRule
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs
from mots_plugin.evaluation.functional.panoptic_things import Segments, thing_pairs
from mots_plugin.evaluation.functional.track_history import TrackedObjects
from mots_plugin.evaluation.mask_scoring import MaskBenchmark
from mots_plugin.evaluation.step_scoring import StepBenchmark
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import boxes, encode
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_sequences import StepSequence
from mots_plugin.visualization.frame_errors import Shape

Rows = NDArray[np.int64]
Shapes = Callable[[Rows], list[Shape]]
"""Returns the shapes of some objects of one frame, given their rows."""


@dataclass(frozen=True)
class ComparedSequence:
    """One sequence with its objects.

    Attributes:
        name: Its name.
        frames: Number of each frame, ascending.
        objects: Truths, predictions and how they overlap.
        truth_shapes: Where truths are.
        prediction_shapes: Where predictions are.
        image_size: ``(height, width)``, pixels.
        exact_size: Images have that very size; else it is what the boxes need at least.
    """

    name: str
    frames: Sequence[int]
    objects: TrackedObjects
    truth_shapes: Shapes
    prediction_shapes: Shapes
    image_size: tuple[int, int]
    exact_size: bool = True


@dataclass(frozen=True)
class ScoredResult:
    """One kind of results.

    Attributes:
        kind: ``masks``, ``boxes`` or ``panoptic maps``.
        summary: The scores, as :func:`mots_plugin.evaluation.functional.families.summarise` returns them.
        columns: Metrics that a table shows, for each metric family.
        class_ids: Numbers of the tracked classes, by name.
        sequences: How to look at each sequence, by name.
        images: Image files by frame number, of a sequence; none for grey pictures.
        id_switch_rule: See :func:`mots_plugin.evaluation.functional.clear.clear_counts`.
    """

    kind: str
    summary: Mapping[str, Any]
    columns: Sequence[Sequence[str]]
    class_ids: Mapping[str, int]
    sequences: Mapping[str, Callable[[], ComparedSequence]]
    images: Callable[[str], Mapping[int, Path]]
    id_switch_rule: IdSwitchRule = "last_match"

    @property
    def score_names(self) -> set[str]:
        """Names of all metrics in the summary."""
        return {metric for name, scores in self.summary.items() if name != "sequences" for metric in scores}


def result_of_files(
    jobs: Sequence[SequenceJob], summary: Mapping[str, Any], images: Callable[[str], Mapping[int, Path]]
) -> ScoredResult:
    """Return results on disk, as ``tools/eval_tracks.py`` scores them.

    Args:
        jobs: The sequences, at least one, all of one benchmark and with the same metrics.
        summary: Their scores.
        images: Image files by frame number, of a sequence; none for grey pictures.
    """
    benchmark, metrics = jobs[0].benchmark, jobs[0].metrics
    assert isinstance(benchmark, MaskBenchmark | BoxBenchmark | StepBenchmark)
    kinds = {MaskBenchmark: "masks", BoxBenchmark: "boxes", StepBenchmark: "panoptic maps"}
    return ScoredResult(
        kind=kinds[type(benchmark)],
        summary=summary,
        columns=[benchmark.metrics[name] for name in metrics],
        class_ids=(_things(benchmark.panoptic_classes) if isinstance(benchmark, StepBenchmark) else benchmark.scored),
        sequences={job.truth.name: partial(_compare, job) for job in jobs},
        images=images,
        id_switch_rule=getattr(benchmark, "id_switches", "last_match"),
    )


def _compare(job: SequenceJob) -> ComparedSequence:
    benchmark, name = job.benchmark, job.truth.name
    if isinstance(benchmark, StepBenchmark):
        return _compare_maps(job, benchmark)
    assert isinstance(benchmark, MaskBenchmark | BoxBenchmark)
    pairs, frames, _ = benchmark.compare(job.truth, job.predictions, job.wanted)
    return compared_sequence(name, frames, pairs)


def compared_sequence(name: str, frames: Sequence[int], pairs: MaskPairs | BoxPairs) -> ComparedSequence:
    """Return a sequence of masks or boxes.

    Args:
        name: Its name.
        frames: Number of each frame, ascending.
        pairs: Its objects.
    """
    if isinstance(pairs, MaskPairs):
        masks = [*pairs.ground_truth.masks[:1], *pairs.predictions.masks[:1]]
        height, width = masks[0]["size"] if masks else (1, 1)
        shapes = _mask_shapes(pairs.ground_truth), _mask_shapes(pairs.predictions)
        return ComparedSequence(name, frames, pairs, *shapes, image_size=(height, width))
    both = pairs.ground_truth.boxes, pairs.predictions.boxes
    right, bottom = np.ceil(np.concatenate([*both, [[0, 0, 64, 64]]])[:, 2:].max(axis=0)).astype(int).tolist()
    return ComparedSequence(
        name, frames, pairs, _box_shapes(both[0]), _box_shapes(both[1]), image_size=(bottom, right), exact_size=False
    )


def _compare_maps(job: SequenceJob, benchmark: StepBenchmark) -> ComparedSequence:
    truth, prediction = job.truth, job.predictions
    overlaps = list(benchmark.compare(truth, prediction, job.wanted))
    frames = [frame for frame, _ in overlaps]
    pairs = thing_pairs(overlaps, benchmark.panoptic_classes)
    with truth.opened() as read:
        height, width = read(frames[0]).shape
    return ComparedSequence(
        truth.name,
        frames,
        pairs,
        _segment_shapes(truth, pairs.ground_truth),
        _segment_shapes(prediction, pairs.predictions),
        image_size=(height, width),
    )


def _things(classes: PanopticClasses) -> dict[str, int]:
    return {classes.names[number]: number for number in classes.scored.tolist() if classes.is_thing[number]}


def _mask_shapes(tracks: MaskTracks) -> Shapes:
    def shapes(rows: Rows) -> list[Shape]:
        masks = [tracks.masks[row] for row in rows.tolist()]
        return [Shape(box, mask) for box, mask in zip(boxes(masks), masks, strict=True)]

    return shapes


def _box_shapes(corners: NDArray[np.float64]) -> Shapes:
    return lambda rows: [Shape(box) for box in corners[rows]]


def _segment_shapes(sequence: StepSequence, segments: Segments) -> Shapes:
    def shapes(rows: Rows) -> list[Shape]:
        if not len(rows):
            return []
        with sequence.opened() as read:
            ids = read(int(segments.frames[rows[0]]))
        masks = [encode(ids == panoptic_id) for panoptic_id in segments.panoptic_ids[rows]]
        return [Shape(box, mask) for box, mask in zip(boxes(masks), masks, strict=True)]

    return shapes
