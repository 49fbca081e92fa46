"""Scoring results on disk: no model, no GPU, one sequence in memory at a time.

What every benchmark has in common lies here: finding the sequences of both sides, spreading them over processes,
gathering faults. What a sequence holds and how it is scored is the business of a :class:`Benchmark`; all of them are
listed in :mod:`mots_plugin.evaluation.benchmarks`.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Protocol

from mots_plugin.evaluation.functional.families import check_metric_names
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.evaluation.track_files import require
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.seqmap import SequenceRange


class Benchmark(Protocol):
    """The rules of a data set.

    To add one: write a frozen dataclass (it travels to worker processes) with the members below, whose fields are the
    options that users may set, and name an instance in :data:`mots_plugin.evaluation.benchmarks.BENCHMARKS`.
    ``__post_init__`` refuses options that make no sense with a ``FormatError``.
    """

    @property
    def metrics(self) -> Mapping[str, tuple[str, ...]]:
        """Columns that a table shows, by the names of the metric families there are; the first is the default."""

    def find(self, root: Path) -> dict[str, Any]:
        """Find the sequences of a folder or zip file.

        Args:
            root: The folder or zip file, of the ground truth or of results.

        Returns:
            A handle of each sequence, to be handed to :meth:`count`, by its name, in order.

        Raises:
            FormatError: There is none.
        """

    def count(self, truth: Any, predictions: Any, wanted: SequenceRange, metrics: Sequence[str]) -> tuple[Any, str]:
        """Read and count one sequence.

        Args:
            truth: Handle of its ground truth.
            predictions: Handle of its predictions.
            wanted: Frames that were asked for.
            metrics: Names of metric families.

        Returns:
            Anything small that :meth:`summarise` understands, and a remark to the user, empty for none.

        Raises:
            FaultySequenceError: Listing all faults of the sequence.
            FormatError: It cannot be read.
        """

    def summarise(self, counts: Mapping[str, Any], metrics: Sequence[str]) -> dict[str, Any]:
        """Turn the counts of all sequences into metrics.

        Args:
            counts: What :meth:`count` returned, by name of the sequence; at least one.
            metrics: Names of metric families.

        Returns:
            ``{class: {metric: value}, "all": {metric: value}, "sequences": {name: {class: …, "all": …}}}``.
        """


@dataclass(frozen=True)
class SequenceJob:
    """One sequence to score, as it goes to a worker process; the attributes are those of :meth:`Benchmark.count`."""

    benchmark: Benchmark
    truth: Any
    predictions: Any
    wanted: SequenceRange
    metrics: tuple[str, ...]


@dataclass(frozen=True)
class SequenceOutcome:
    """What comes back.

    Attributes:
        counts: As the benchmark made them; None if there are faults.
        remark: To the user, empty for none.
        faults: All that is wrong with the sequence.
    """

    counts: Any = None
    remark: str = ""
    faults: list[Fault] = field(default_factory=list)


@dataclass(frozen=True)
class FileScores:
    """The outcome of :func:`score_files`.

    Attributes:
        summary: As :meth:`Benchmark.summarise` returns it.
        seconds: From the first file to the last metric.
        remarks: By sequence, where there is something to say.
    """

    summary: dict[str, Any]
    seconds: float
    remarks: dict[str, str]


def score_files(
    ground_truth: Path,
    predictions: Path,
    benchmark: Benchmark,
    metrics: Sequence[str] = (),
    sequences: Sequence[SequenceRange] | None = None,
    workers: int = 1,
) -> FileScores:
    """Score all sequences of a folder or zip file.

    Args:
        ground_truth: Folder or zip file.
        predictions: Folder or zip file with the same sequences, or more.
        benchmark: Rules of the data set.
        metrics: Names of metric families; the benchmark's first by default.
        sequences: Which to score; all of the ground truth by default.
        workers: Processes to spread the sequences over.

    Raises:
        FaultySequenceError: Listing the faults of all sequences.
        FormatError: Sequences or metrics that do not exist.
        OSError: A file cannot be read.
    """
    start = time.perf_counter()
    names = tuple(metrics or list(benchmark.metrics)[:1])
    check_metric_names(names, benchmark.metrics)
    jobs = find_jobs(ground_truth, predictions, benchmark, names, sequences)
    outcomes = {job.truth.name: outcome for job, outcome in zip(jobs, _run(jobs, workers), strict=True)}
    faults = [fault for outcome in outcomes.values() for fault in outcome.faults]
    if faults:
        raise FaultySequenceError(faults)
    summary = benchmark.summarise({name: outcome.counts for name, outcome in outcomes.items()}, names)
    remarks = {name: outcome.remark for name, outcome in outcomes.items() if outcome.remark}
    return FileScores(summary, time.perf_counter() - start, remarks)


def find_jobs(
    ground_truth: Path,
    predictions: Path,
    benchmark: Benchmark,
    metrics: tuple[str, ...],
    sequences: Sequence[SequenceRange] | None = None,
) -> list[SequenceJob]:
    """Find the sequences of both sides; arguments are those of :func:`score_files`.

    Raises:
        FormatError: Sequences that do not exist.
    """
    truths, found = benchmark.find(ground_truth), benchmark.find(predictions)
    in_truth = "correct the list of sequences, or name the folder that has it"
    in_predictions = "write an empty result for it if nothing was found there"
    return [
        SequenceJob(
            benchmark=benchmark,
            truth=require(truths, wanted, ground_truth, in_truth),
            predictions=require(found, wanted, predictions, in_predictions),
            wanted=wanted,
            metrics=metrics,
        )
        for wanted in sequences or [SequenceRange(name) for name in truths]
    ]


def _run(jobs: Sequence[SequenceJob], workers: int) -> Iterator[SequenceOutcome]:
    if workers == 1 or len(jobs) == 1:
        yield from map(score_sequence, jobs)
    else:
        from concurrent.futures import ProcessPoolExecutor  # a quarter of the time that the tool takes to start

        with ProcessPoolExecutor(min(workers, len(jobs))) as pool:
            yield from pool.map(score_sequence, jobs)


def score_sequence(job: SequenceJob) -> SequenceOutcome:
    """Read and count one sequence, or list its faults.

    Args:
        job: The sequence.

    Raises:
        OSError: A file cannot be read.
    """
    try:
        return SequenceOutcome(*job.benchmark.count(job.truth, job.predictions, job.wanted, job.metrics))
    except FaultySequenceError as error:
        return SequenceOutcome(faults=error.faults)
    except FormatError as error:
        return SequenceOutcome(faults=[Fault(error.file, error.place, error.problem, error.cure, "file")])
