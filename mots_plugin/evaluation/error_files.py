"""The errors of results on disk, sequence by sequence; no model, no GPU."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from mots_plugin.evaluation.functional.clear import ClearCounts
from mots_plugin.evaluation.functional.error_comparison import compare_errors
from mots_plugin.evaluation.functional.error_reasons import SMALL_AREA, explain
from mots_plugin.evaluation.functional.error_table import ErrorTable, join, tabulate
from mots_plugin.evaluation.functional.families import add_up
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs, mask_pairs
from mots_plugin.evaluation.functional.mots import mots_counts
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.evaluation.functional.track_errors import find_track_errors
from mots_plugin.evaluation.mask_scoring import MaskBenchmark
from mots_plugin.evaluation.track_files import TrackFile, require
from mots_plugin.formats.errors import Fault
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.overlap_removal import remove_overlaps
from mots_plugin.formats.seqmap import SequenceRange


@dataclass(frozen=True)
class SequenceOnDisk:
    """One sequence on disk.

    Attributes:
        wanted: Frames that were asked for.
        truth: Its ground truth.
        results: Its masks in one or more results.
    """

    wanted: SequenceRange
    truth: TrackFile
    results: tuple[TrackFile, ...]


@dataclass(frozen=True)
class SequenceErrors:
    """The errors of one result in one sequence.

    Attributes:
        table: All of them.
        counts: What the metrics count, by class.
        pairs: The masks.
        frames: Number of every frame.
    """

    table: ErrorTable
    counts: dict[str, ClearCounts]
    pairs: MaskPairs
    frames: Sequence[int]


@dataclass(frozen=True)
class ResultErrors:
    """The errors of one result in all sequences.

    Attributes:
        table: All of them.
        counts: What the metrics count, by class, summed over sequences.
    """

    table: ErrorTable
    counts: dict[str, ClearCounts]


def find_on_disk(
    ground_truth: Path,
    results: Sequence[Path],
    benchmark: MaskBenchmark,
    sequences: Sequence[SequenceRange] | None = None,
) -> list[SequenceOnDisk]:
    """Find the sequences of a ground truth and of results, as ``tools/eval_tracks.py`` does.

    Args:
        ground_truth: Folder, zip file or COCO-video json.
        results: The same, with the same sequences, or more.
        benchmark: Rules of the data set.
        sequences: Which to look at; all of the ground truth by default.

    Raises:
        FormatError: A sequence is missing.
    """
    truths, found = benchmark.find(ground_truth), [benchmark.find(root) for root in results]
    in_truth = "correct the list of sequences, or name the folder that has it"
    in_result = "write an empty text file if nothing was tracked there"
    return [
        SequenceOnDisk(
            wanted,
            require(truths, wanted, ground_truth, in_truth),
            tuple(require(files, wanted, root, in_result) for files, root in zip(found, results, strict=True)),
        )
        for wanted in sequences or [SequenceRange(name) for name in truths]
    ]


def read_masks(files: SequenceOnDisk, benchmark: MaskBenchmark) -> tuple[MaskTracks, list[MaskTracks]]:
    """Read the masks of a sequence: the ground truth, and each result, disjoint if the benchmark is to make them so.

    Raises:
        FormatError: A file cannot be used.
        OSError: A file cannot be read.
    """
    results = [file.read() for file in files.results]
    if benchmark.fix_overlaps:
        results = [remove_overlaps(masks)[0] for masks in results]
    return files.truth.read(), results


def explain_sequence(files: SequenceOnDisk, benchmark: MaskBenchmark, small_area: int) -> Iterator[SequenceErrors]:
    """Find and explain the errors of each result in one sequence.

    Args:
        files: The sequence.
        benchmark: Rules of the data set.
        small_area: Pixels below which a mask is small.

    Yields:
        The errors of each result, in their order.

    Raises:
        FaultySequenceError: Listing all faults of the sequence.
        FormatError: A file cannot be used.
        OSError: A file cannot be read.
    """
    truth, results = read_masks(files, benchmark)
    class_ids = {name: benchmark.class_ids[name] for name in benchmark.classes or benchmark.class_ids}
    frames = benchmark.frames(files.wanted, files.truth, (truth, *results))
    for result in results:
        pairs = mask_pairs(truth, result, frames, benchmark.class_ids.values())
        errors = find_track_errors(pairs, list(class_ids.values()))
        explanation = explain(pairs, errors, small_area)
        names = {class_id: name for name, class_id in class_ids.items()}
        table = tabulate(files.truth.name, pairs, errors, explanation, names)
        counts = {name: mots_counts(pairs.of_class(class_id)) for name, class_id in class_ids.items()}
        yield SequenceErrors(table, counts, pairs, frames)


def explain_result(
    sequences: Iterable[SequenceOnDisk], benchmark: MaskBenchmark, small_area: int = SMALL_AREA
) -> ResultErrors:
    """Find and explain the errors of the first result of each sequence.

    Args:
        sequences: At least one.
        benchmark: Rules of the data set.
        small_area: Pixels below which a mask is small.

    Raises:
        FaultySequenceError: Listing the faults of all sequences.
        FormatError: A file cannot be used.
        OSError: A file cannot be read.
    """
    return _sum_up([found[0] for found in _explain_all(sequences, benchmark, small_area)])


def compare_results(
    sequences: Iterable[SequenceOnDisk], benchmark: MaskBenchmark, small_area: int = SMALL_AREA
) -> tuple[ResultErrors, ResultErrors]:
    """Find the errors that only one of two results has.

    Args:
        sequences: At least one, each with two results, the old one and the new one.
        benchmark: Rules of the data set.
        small_area: Pixels below which a mask is small.

    Returns:
        Errors that only the old result has, with the old counts, and errors that only the new one has, with the new
        counts.

    Raises:
        FaultySequenceError: Listing the faults of all sequences.
        FormatError: A file cannot be used.
        OSError: A file cannot be read.
    """
    old, new = [], []
    for before, after in _explain_all(sequences, benchmark, small_area):
        went_away, appeared = compare_errors(before.table, before.pairs, after.table, after.pairs, before.frames)
        old.append(replace(before, table=before.table.select(went_away)))
        new.append(replace(after, table=after.table.select(appeared)))
    return _sum_up(old), _sum_up(new)


def _explain_all(
    sequences: Iterable[SequenceOnDisk], benchmark: MaskBenchmark, small_area: int
) -> Iterator[list[SequenceErrors]]:
    faults: list[Fault] = []
    for files in sequences:
        try:
            yield list(explain_sequence(files, benchmark, small_area))
        except FaultySequenceError as error:
            faults += error.faults
    if faults:
        raise FaultySequenceError(faults)


def _sum_up(parts: Sequence[SequenceErrors]) -> ResultErrors:
    counts = {name: add_up([part.counts[name] for part in parts]) for name in parts[0].counts}
    return ResultErrors(join([part.table for part in parts]), counts)
