"""The panoptic metrics by the names that users give them, and the numbers they make of one or of many sequences."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add
from typing import Any, Protocol

from mots_plugin.evaluation.functional.panoptic_overlaps import PanopticOverlaps
from mots_plugin.evaluation.functional.panoptic_scores import (
    PUBLISHED,
    PanopticOptions,
    Scores,
    score_pat,
    score_pq,
    score_ptq,
    score_stq,
    score_vpq,
)
from mots_plugin.evaluation.functional.panoptic_tracks import PATCounter
from mots_plugin.evaluation.functional.pq import PQCounter, VPQCounter
from mots_plugin.evaluation.functional.ptq import PTQCounter
from mots_plugin.evaluation.functional.stq import STQCounter
from mots_plugin.formats.step_classes import PanopticClasses


class PanopticCounter(Protocol):
    """Counts one sequence as its frames come."""

    def update(self, overlaps: PanopticOverlaps) -> None:
        """Count the next frame."""

    def result(self) -> Any:
        """Return the counts so far; those of several sequences add up."""


@dataclass(frozen=True)
class PanopticFamily:
    """Metrics that are computed together.

    Attributes:
        start: Makes a counter for one sequence.
        score: Turns counts into metrics.
        columns: Metrics that a table shows, in order.
    """

    start: Callable[[PanopticClasses, PanopticOptions], PanopticCounter]
    score: Callable[[Any, PanopticClasses, PanopticOptions], Scores]
    columns: tuple[str, ...]


PANOPTIC_FAMILIES: dict[str, PanopticFamily] = {
    "stq": PanopticFamily(lambda classes, _: STQCounter(classes), score_stq, ("STQ", "AQ", "SQ")),
    "pq": PanopticFamily(
        lambda classes, options: PQCounter(classes, options.pq_rules),
        score_pq,
        ("PQ", "PQ_SQ", "PQ_RQ", "TP", "FP", "FN"),
    ),
    "vpq": PanopticFamily(
        lambda classes, options: VPQCounter(classes, options.windows, options.pq_rules), score_vpq, ("VPQ",)
    ),
    "pat": PanopticFamily(
        lambda classes, options: PATCounter(classes, options.min_pixels, options.identity),
        score_pat,
        ("PAT", "PAT_PQ", "TQ"),
    ),
    "ptq": PanopticFamily(
        lambda classes, options: PTQCounter(classes, options.min_pixels), score_ptq, ("PTQ", "sPTQ", "PTQ_IDS")
    ),
}


class PanopticSequenceCounter:
    """Counts one sequence for several families; each frame's maps are compared once.

    Args:
        classes: The classes.
        metrics: Names of metric families.
        options: What the publications leave open.
    """

    def __init__(self, classes: PanopticClasses, metrics: Iterable[str], options: PanopticOptions = PUBLISHED) -> None:
        self._counters = {name: PANOPTIC_FAMILIES[name].start(classes, options) for name in metrics}

    def update(self, overlaps: PanopticOverlaps) -> None:
        """Count the next frame."""
        for counter in self._counters.values():
            counter.update(overlaps)

    def result(self) -> dict[str, Any]:
        """Return the counts so far by family."""
        return {name: counter.result() for name, counter in self._counters.items()}


def summarise_panoptic(
    sequences: Mapping[str, Mapping[str, Any]], classes: PanopticClasses, options: PanopticOptions = PUBLISHED
) -> dict[str, Any]:
    """Turn the counts of all sequences into metrics: counts are added up first, ratios taken last.

    Args:
        sequences: What :meth:`PanopticSequenceCounter.result` returned, for at least one sequence, by name.
        classes: The classes.
        options: What the publications leave open.

    Returns:
        ``{class: {metric: value}, "all": {metric: value}, "sequences": {name: {class: …, "all": …}}}``: fractions, and
        counts as integers. A class has those metrics that mean something for it.
    """
    summary: dict[str, Any] = _score(list(sequences.values()), classes, options)
    summary["sequences"] = {name: _score([counts], classes, options) for name, counts in sorted(sequences.items())}
    return summary


def _score(sequences: Sequence[Mapping[str, Any]], classes: PanopticClasses, options: PanopticOptions) -> Scores:
    scores: Scores = {name: {} for name in [*(classes.names[number] for number in classes.scored), "all"]}
    for family in sequences[0]:
        total = reduce(add, [counts[family] for counts in sequences])
        for name, metrics in PANOPTIC_FAMILIES[family].score(total, classes, options).items():
            scores[name] |= metrics
    return scores
