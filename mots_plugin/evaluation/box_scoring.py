"""Boxes on disk, scored by the rules of MOTChallenge or KITTI, or with classes of the user's choice."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np

from mots_plugin.evaluation.box_files import BoxFile, find_box_files
from mots_plugin.evaluation.functional.box_pairs import BoxPairs, BoxRules, box_pairs, find_box_sequence_faults
from mots_plugin.evaluation.functional.clear import IdSwitchRule
from mots_plugin.evaluation.functional.families import (
    METRIC_FAMILIES,
    SequenceCounts,
    choose_families,
    count_classes,
    summarise,
)
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError, place
from mots_plugin.evaluation.track_files import frame_numbers
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.seqmap import SequenceRange

BOX_METRICS = ("clear", "hota", "idf1")
"""Metric families that make sense for boxes."""


@dataclass(frozen=True)
class BoxFormat:
    """What a data set of boxes fixes.

    Attributes:
        class_ids: Numbers of all classes, by name in small letters; the first name of a number is the one shown.
        scored: Names of the classes that are scored.
        distractors: For each scored class, names of its distractors; by how the names of sequences begin, of which the
            longest counts.
        ignored: Names of the classes that are ignore regions.
        rules: All other rules.
        first_frame: Number of a sequence's first frame.
        first_line: Matches how a line of a file begins.
        parse: Reads the content of a file, given its path for messages, the name of the sequence and the classes.
        names_classes: Files name classes by words, so that users may bring their own.
    """

    class_ids: Mapping[str, int]
    scored: tuple[str, ...]
    distractors: Mapping[str, Mapping[str, tuple[str, ...]]]
    ignored: tuple[str, ...]
    rules: BoxRules
    first_frame: int
    first_line: re.Pattern[bytes]
    parse: Callable[[bytes, str, str, Mapping[str, int]], tuple[BoxTracks, list[Fault]]]
    names_classes: bool


@dataclass(frozen=True)
class BoxBenchmark:
    """A :class:`mots_plugin.evaluation.file_scoring.Benchmark` of boxes.

    Classes may be given by name or by number.

    Attributes:
        form: What the data set fixes.
        classes: Classes to score; none for those of the data set.
        distractors: Classes whose boxes excuse the predictions that match them; None for those of the data set.
        ignore_classes: Classes whose boxes are regions that excuse the unmatched predictions lying in one of them by
            more than half; None for those of the data set.
        id_switches: See :func:`mots_plugin.evaluation.functional.clear.clear_counts`.
    """

    form: BoxFormat
    classes: tuple[str, ...] = ()
    distractors: tuple[str, ...] | None = None
    ignore_classes: tuple[str, ...] | None = None
    id_switches: IdSwitchRule = "last_match"

    def __post_init__(self) -> None:
        vocabulary = self.vocabulary
        unknown = [] if self.form.names_classes else list(vocabulary.keys() - self.form.class_ids.keys())
        unknown = [name for name in unknown if not name.isdecimal()]
        if unknown:
            known = ", ".join(self.form.class_ids)
            raise FormatError("classes", f"there is no class {unknown[0]}", f"known are: {known}, and numbers")
        named = [vocabulary[name.lower()] for name in (*self.classes, *self._named_otherwise)]
        if len(set(named)) < len(named):
            raise FormatError("classes", "a class is named twice", "give each class one role")

    @property
    def _named_otherwise(self) -> tuple[str, ...]:
        return (*(self.distractors or ()), *(self.ignore_classes or ()))

    @property
    def vocabulary(self) -> dict[str, int]:
        """Numbers of all classes, those that only the user knows among them, by name."""
        vocabulary = dict(self.form.class_ids)
        for name in (*self.classes, *self._named_otherwise):
            new = int(name) if name.isdecimal() else max(vocabulary.values()) + 1
            vocabulary.setdefault(name.lower(), new)
        return vocabulary

    @property
    def scored(self) -> dict[str, int]:
        """Numbers of the classes to score, by name."""
        vocabulary = self.vocabulary
        names = {class_id: name for name, class_id in reversed(vocabulary.items())}
        return {names[vocabulary[name.lower()]]: vocabulary[name.lower()] for name in self.classes or self.form.scored}

    def rules(self, sequence: str) -> BoxRules:
        """Return what is a truth in a sequence.

        Args:
            sequence: Its name.
        """
        beginning = max((known for known in self.form.distractors if sequence.startswith(known)), key=len)
        official, vocabulary = self.form.distractors[beginning], self.vocabulary
        ignored = self.form.ignored if self.ignore_classes is None else self.ignore_classes
        distractors = {}
        for name, class_id in self.scored.items():
            names = official.get(name, ()) if self.distractors is None else self.distractors
            distractors[class_id] = tuple(vocabulary[distractor.lower()] for distractor in names)
        return replace(
            self.form.rules, distractors=distractors, ignored=tuple(vocabulary[name.lower()] for name in ignored)
        )

    @property
    def metrics(self) -> Mapping[str, tuple[str, ...]]:
        """Columns of a table, by metric family."""
        columns = {name: METRIC_FAMILIES[name].columns for name in BOX_METRICS}
        return {**columns, "clear": (*columns["clear"], "FPS")}

    def find(self, root: Path) -> dict[str, BoxFile]:
        """Find the sequences of a folder or zip file."""
        return find_box_files(root, self.form.first_line)

    def count(
        self, truth: BoxFile, predictions: BoxFile, wanted: SequenceRange, metrics: Sequence[str]
    ) -> tuple[SequenceCounts, str]:
        """Read and count one sequence."""
        pairs, _, _ = self.compare(truth, predictions, wanted)
        counts = count_classes(pairs, self.scored, choose_families(metrics, self.id_switches))
        if predictions.seconds is not None and "clear" in metrics:
            for by_family in counts.values():
                by_family["clear"] = replace(by_family["clear"], seconds=predictions.seconds)
        return counts, ""

    def compare(self, truth: BoxFile, predictions: BoxFile, wanted: SequenceRange) -> tuple[BoxPairs, range, str]:
        """Read one sequence and compute every overlap.

        Returns:
            The boxes, the number of every frame, and a remark to the user, which is empty.
        """
        truths, faults = self._read(truth)
        found, faults_of_predictions = self._read(predictions)
        both: Any = (truths, found)
        files: Any = (truth, predictions)
        frames, rules = frame_numbers(wanted, files, both, self.form.first_frame), self.rules(truth.name)
        faults += faults_of_predictions
        if faults:
            raise FaultySequenceError(faults + find_box_sequence_faults(truths, found, frames, rules))
        return box_pairs(truths, found, frames, rules), frames, ""

    def summarise(self, counts: Mapping[str, SequenceCounts], metrics: Sequence[str]) -> dict[str, Any]:
        """Turn the counts of all sequences into metrics."""
        return summarise(counts, choose_families(metrics))

    def _read(self, file: BoxFile) -> tuple[BoxTracks, list[Fault]]:
        """Read a file; boxes without a class have the one that is scored, if it is only one."""
        vocabulary, scored = self.vocabulary, list(self.scored.values())
        tracks, faults = self.form.parse(file.read(), str(file), file.name, vocabulary)
        if len(scored) == 1 and (tracks.class_ids <= 0).any():
            tracks = replace(tracks, class_ids=np.where(tracks.class_ids <= 0, scored[0], tracks.class_ids))
        for row in np.flatnonzero(~np.isin(tracks.class_ids, list(vocabulary.values()))).tolist():
            class_id = tracks.class_ids[row]
            problem = "has no class" if class_id <= 0 else f"class {class_id} is unknown"
            cure = f"write one of {', '.join(map(str, sorted(set(vocabulary.values()))))}, or name it as an option"
            faults.append(Fault(tracks.source, place(tracks, row), problem, cure, "class"))
        return tracks, faults
