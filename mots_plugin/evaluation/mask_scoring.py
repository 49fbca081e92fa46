"""Masks on disk, scored by the rules of KITTI MOTS and MOTSChallenge."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mots_plugin.evaluation.functional.clear import IdSwitchRule
from mots_plugin.evaluation.functional.families import (
    METRIC_FAMILIES,
    SequenceCounts,
    choose_families,
    count_classes,
    summarise,
)
from mots_plugin.evaluation.functional.mask_pairs import MaskPairs, mask_pairs
from mots_plugin.evaluation.track_files import TrackFile, find_track_files, frame_numbers
from mots_plugin.formats.errors import FormatError
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
            raise FormatError("classes", f"there is no class {unknown[0]}", f"known are: {', '.join(self.class_ids)}")

    @property
    def metrics(self) -> Mapping[str, tuple[str, ...]]:
        """Columns of a table, by metric family."""
        return {name: family.columns for name, family in METRIC_FAMILIES.items()}

    @property
    def scored(self) -> dict[str, int]:
        """Numbers of the classes to score, by name."""
        return {name: self.class_ids[name] for name in self.classes or self.class_ids}

    def find(self, root: Path) -> dict[str, TrackFile]:
        """Find the sequences of a folder or zip file."""
        return find_track_files(root)

    def count(
        self, truth: TrackFile, predictions: TrackFile, wanted: SequenceRange, metrics: Sequence[str]
    ) -> tuple[SequenceCounts, str]:
        """Read and count one sequence."""
        pairs, _, remark = self.compare(truth, predictions, wanted)
        return count_classes(pairs, self.scored, choose_families(metrics, self.id_switches)), remark

    def compare(self, truth: TrackFile, predictions: TrackFile, wanted: SequenceRange) -> tuple[MaskPairs, range, str]:
        """Read one sequence and compute every overlap.

        Returns:
            The masks, the number of every frame, and a remark to the user, empty for none.
        """
        truths, found, remark = truth.read(), predictions.read(), ""
        if self.fix_overlaps:
            found, moved = remove_overlaps(found)
            if moved:
                remark = f"{moved} pixels of overlapping masks given to the mask that comes first"
        frames = frame_numbers(wanted, (truth, predictions), (truths, found), self.first_frame)
        return mask_pairs(truths, found, frames), frames, remark

    def summarise(self, counts: Mapping[str, SequenceCounts], metrics: Sequence[str]) -> dict[str, Any]:
        """Turn the counts of all sequences into metrics."""
        return summarise(counts, choose_families(metrics))
