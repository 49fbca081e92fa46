"""Masks on disk, scored by the rules of KITTI MOTS and MOTSChallenge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np

from mots_plugin.evaluation.functional.clear import IdSwitchRule
from mots_plugin.evaluation.functional.families import (
    METRIC_FAMILIES,
    SequenceCounts,
    choose_families,
    count_classes,
    summarise,
)
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs, mask_pairs
from mots_plugin.evaluation.track_files import (
    TrackFile,
    find_track_files,
    frame_numbers,
    is_annotation_file,
    read_annotations,
)
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.overlap_removal import remove_overlaps
from mots_plugin.formats.seqmap import SequenceRange


@dataclass(frozen=True)
class MaskBenchmark:
    """A :class:`mots_plugin.evaluation.file_scoring.Benchmark` of masks.

    Attributes:
        class_ids: Ids of the classes there are, by name.
        first_frame: Number of a sequence's first frame.
        classes: Names of the classes to score; none for all.
        fix_overlaps: Give pixels of overlapping predictions to the one that comes first in its file.
        id_switches: See :func:`mots_plugin.evaluation.functional.clear.clear_counts`.
    """

    class_ids: Mapping[str, int]
    first_frame: int
    classes: tuple[str, ...] = ()
    fix_overlaps: bool = False
    id_switches: IdSwitchRule = "last_match"

    def __post_init__(self) -> None:
        unknown = [name for name in self.classes if name not in self.class_ids]
        if unknown:
            cure = f"known are: {', '.join(self.class_ids)}; give a class of your own its number, {unknown[0]}=3"
            raise FormatError("classes", f"there is no class {unknown[0]}", cure)
        if len(set(self.scored.values())) < len(self.scored):
            raise FormatError("classes", "two classes have one number", "number them apart")

    @property
    def metrics(self) -> Mapping[str, tuple[str, ...]]:
        """Columns of a table, by metric family."""
        return {name: family.columns for name, family in METRIC_FAMILIES.items()}

    @property
    def scored(self) -> dict[str, int]:
        """Numbers of the classes to score, by name."""
        return {name: self.class_ids[name] for name in self.classes or self.class_ids}

    def find(self, root: Path) -> dict[str, TrackFile]:
        """Find the sequences of a folder, zip file or COCO-video json.

        Raises:
            FormatError: There is none, or the json has another number for a class.
        """
        numbers = read_annotations(root).mask_class_ids if is_annotation_file(root) else {}
        for name, class_id in numbers.items():
            if self.class_ids.get(name, class_id) != class_id:
                problem = f"class {name} has number {class_id}, not {self.class_ids[name]}"
                raise FormatError(root, problem, "number classes alike in ground truth, results and --classes")
        return find_track_files(root, self.class_ids.values())

    def count(
        self, truth: TrackFile, predictions: TrackFile, wanted: SequenceRange, metrics: Sequence[str]
    ) -> tuple[SequenceCounts, str]:
        """Read and count one sequence."""
        pairs, _, remark = self.compare(truth, predictions, wanted)
        return count_classes(pairs, self.scored, choose_families(metrics, self.id_switches)), remark

    def compare(
        self, truth: TrackFile, predictions: TrackFile, wanted: SequenceRange
    ) -> tuple[MaskPairs, Sequence[int], str]:
        """Read one sequence and compute every overlap.

        Returns:
            The masks, the number of every frame, and a remark to the user, empty for none.
        """
        truths, found = truth.read(), predictions.read()
        remarks = self._remarks(found)
        if self.fix_overlaps:
            found, moved = remove_overlaps(found)
            if moved:
                remarks.append(f"{moved} pixels of overlapping masks given to the mask that comes first")
        frames = self.frames(wanted, truth, (truths, found))
        return mask_pairs(truths, found, frames, self.class_ids.values()), frames, "; ".join(remarks)

    def frames(self, wanted: SequenceRange, truth: TrackFile, masks: Sequence[MaskTracks]) -> Sequence[int]:
        """Return the number of every frame of a sequence.

        Args:
            wanted: Range that was asked for.
            truth: The ground truth, which may list its frames.
            masks: Masks of the ground truth, and of all results.
        """
        if truth.frames is not None and wanted.last_frame is None:
            return truth.frames
        return frame_numbers(wanted, (truth,), masks, self.first_frame)

    def _remarks(self, found: MaskTracks) -> list[str]:
        """Name classes of results that nobody knows: most likely numbered otherwise than the ground truth's."""
        others = found.class_ids[~np.isin(found.class_ids, [*self.class_ids.values(), IGNORE_CLASS])]
        if not len(others):
            return []
        known = ", ".join(f"{class_id} ({name})" for name, class_id in self.class_ids.items())
        numbers = ", ".join(map(str, np.unique(others)))
        return [f"{len(others)} results of class {numbers} count for nothing, known are {known}"]

    def summarise(self, counts: Mapping[str, SequenceCounts], metrics: Sequence[str]) -> dict[str, Any]:
        """Turn the counts of all sequences into metrics."""
        return summarise(counts, choose_families(metrics))
