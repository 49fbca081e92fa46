"""Scoring tracks on disk: no model, no GPU, one sequence in memory at a time."""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mots_plugin.evaluation.functional.clear import IdSwitchRule
from mots_plugin.evaluation.functional.families import (
    SequenceCounts,
    choose_families,
    count_sequence,
    summarise,
)
from mots_plugin.evaluation.functional.overlap_removal import remove_overlaps
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.evaluation.track_files import TrackFile, find_track_files, frame_numbers, require
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.seqmap import SequenceRange


@dataclass(frozen=True)
class MaskBenchmark:
    """What a data set's rules fix.

    Attributes:
        class_ids: Ids of the classes that are scored, by name.
        first_frame: Number of a sequence's first frame.
    """

    class_ids: Mapping[str, int]
    first_frame: int


MASK_BENCHMARKS = {
    "kitti_mots": MaskBenchmark({"car": 1, "pedestrian": 2}, first_frame=0),
    "mots_challenge": MaskBenchmark({"pedestrian": 2}, first_frame=1),
}
"""Data sets by the name of their format."""


@dataclass(frozen=True)
class SequenceJob:
    """One sequence to score, as it goes to a worker process."""

    wanted: SequenceRange
    truth: TrackFile
    predictions: TrackFile
    class_ids: Mapping[str, int]
    first_frame: int
    metrics: tuple[str, ...]
    id_switch_rule: IdSwitchRule
    fix_overlaps: bool


@dataclass(frozen=True)
class FileScores:
    """The outcome of :func:`score_files`.

    Attributes:
        summary: As :func:`mots_plugin.evaluation.functional.families.summarise` returns it.
        seconds: From the first file to the last metric.
        pixels_moved: Pixels that were taken from overlapping predictions, by sequence, where there were any.
    """

    summary: dict[str, Any]
    seconds: float
    pixels_moved: dict[str, int]


def score_files(
    ground_truth: Path,
    predictions: Path,
    benchmark: MaskBenchmark,
    metrics: Sequence[str] = ("smotsa",),
    sequences: Sequence[SequenceRange] | None = None,
    classes: Sequence[str] | None = None,
    workers: int = 1,
    fix_overlaps: bool = False,
    id_switch_rule: IdSwitchRule = "last_match",
) -> FileScores:
    """Score all sequences of a folder or zip file.

    Args:
        ground_truth: Folder or zip file; see :func:`mots_plugin.evaluation.track_files.find_track_files`.
        predictions: Folder or zip file with the same sequences, or more.
        benchmark: Rules of the data set.
        metrics: Names of metric families.
        sequences: Which to score; all of the ground truth by default.
        classes: Names of the classes to score; all by default.
        workers: Processes to spread the sequences over.
        fix_overlaps: Give pixels of overlapping predictions to the one that comes first in its file.
        id_switch_rule: See :func:`mots_plugin.evaluation.functional.clear.clear_counts`.

    Raises:
        FaultySequenceError: Listing the faults of all sequences.
        FormatError: Sequences, classes or metrics that do not exist.
        OSError: A file cannot be read.
    """
    start = time.perf_counter()
    families = choose_families(metrics, id_switch_rule)
    unknown = [name for name in classes or () if name not in benchmark.class_ids]
    if unknown:
        raise FormatError("classes", f"there is no class {unknown[0]}", f"known are: {', '.join(benchmark.class_ids)}")
    truths, found = find_track_files(ground_truth), find_track_files(predictions)
    in_truth = "correct the list of sequences, or name the folder that has it"
    in_predictions = "write an empty text file if nothing was tracked there"
    jobs = [
        SequenceJob(
            wanted=wanted,
            truth=require(truths, wanted, ground_truth, in_truth),
            predictions=require(found, wanted, predictions, in_predictions),
            class_ids={name: benchmark.class_ids[name] for name in classes or benchmark.class_ids},
            first_frame=benchmark.first_frame,
            metrics=tuple(metrics),
            id_switch_rule=id_switch_rule,
            fix_overlaps=fix_overlaps,
        )
        for wanted in sequences or [SequenceRange(name) for name in truths]
    ]
    counts: dict[str, SequenceCounts] = {}
    pixels_moved: dict[str, int] = {}
    faults: list[Fault] = []
    for job, (sequence, moved, found_faults) in zip(jobs, _run(jobs, workers), strict=True):
        faults += found_faults
        counts[job.truth.name] = sequence
        if moved:
            pixels_moved[job.truth.name] = moved
    if faults:
        raise FaultySequenceError(faults)
    return FileScores(summarise(counts, families), time.perf_counter() - start, pixels_moved)


def _run(jobs: Sequence[SequenceJob], workers: int) -> Iterator[tuple[SequenceCounts, int, list[Fault]]]:
    if workers == 1 or len(jobs) == 1:
        yield from map(score_sequence, jobs)
    else:
        from concurrent.futures import ProcessPoolExecutor  # a quarter of the time that the tool takes to start

        with ProcessPoolExecutor(min(workers, len(jobs))) as pool:
            yield from pool.map(score_sequence, jobs)


def score_sequence(job: SequenceJob) -> tuple[SequenceCounts, int, list[Fault]]:
    """Read and count one sequence.

    Args:
        job: The sequence.

    Returns:
        The counts, pixels moved by ``fix_overlaps``, and faults; with faults, there are no counts.

    Raises:
        OSError: A file cannot be read.
    """
    try:
        truth, predictions, moved = job.truth.read(), job.predictions.read(), 0
        if job.fix_overlaps:
            predictions, moved = remove_overlaps(predictions)
        frames = frame_numbers(job.wanted, (job.truth, job.predictions), (truth, predictions), job.first_frame)
        families = choose_families(job.metrics, job.id_switch_rule)
        return count_sequence(truth, predictions, frames, job.class_ids, families), moved, []
    except FaultySequenceError as error:
        return {}, 0, error.faults
    except FormatError as error:
        return {}, 0, [Fault(error.file, error.place, error.problem, error.cure, "file")]
