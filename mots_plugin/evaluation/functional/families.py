"""The metrics by the names that users give them, and the numbers they make of one or of many sequences."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import Any, Protocol

from mots_plugin.evaluation.functional.clear import IdSwitchRule, clear_scores
from mots_plugin.evaluation.functional.hota import hota_counts, hota_scores
from mots_plugin.evaluation.functional.identity import identity_counts, identity_scores
from mots_plugin.evaluation.functional.mask_pairs import mask_pairs
from mots_plugin.evaluation.functional.mots import mots_counts, mots_scores
from mots_plugin.evaluation.functional.track_pairs import TrackPairs
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks

Scores = dict[str, float]
SequenceCounts = dict[str, dict[str, Any]]
"""Counts of one sequence by class name, then by metric family."""


class ClassPairs(Protocol):
    """Objects of all classes of one sequence: masks (``MaskPairs``) or boxes (``BoxPairs``)."""

    def of_class(self, class_id: int, /) -> TrackPairs:
        """Return the objects of one class, without the predictions that the benchmark's rules excuse."""


@dataclass(frozen=True)
class MetricFamily:
    """Metrics that are computed together.

    Attributes:
        count: Makes the counts of one class of one sequence: a dataclass whose fields add up over sequences and
            classes.
        score: Turns counts into named metrics: fractions, counts as integers. Told whether the counts are those of one
            sequence and class.
        columns: Metrics that a table shows, in order.
    """

    count: Callable[[TrackPairs], Any]
    score: Callable[[Any, bool], Scores]
    columns: tuple[str, ...]


METRIC_FAMILIES: dict[str, MetricFamily] = {
    "smotsa": MetricFamily(
        mots_counts,
        mots_scores,
        ("sMOTSA", "MOTSA", "MOTSP", "IDSW", "TP", "FP", "FN", "Frag", "MT", "PT", "ML", "recall", "precision"),
    ),
    "hota": MetricFamily(
        hota_counts, hota_scores, ("HOTA", "DetA", "AssA", "DetRe", "DetPr", "AssRe", "AssPr", "LocA")
    ),
    "idf1": MetricFamily(identity_counts, identity_scores, ("IDF1", "IDP", "IDR", "IDTP", "IDFN", "IDFP")),
    "clear": MetricFamily(
        mots_counts,
        clear_scores,
        ("MOTA", "MOTP", "MODA", "IDSW", "TP", "FP", "FN", "Frag", "MT", "PT", "ML", "recall", "precision"),
    ),
}
"""All of them, on masks; on boxes all but ``smotsa``."""


def choose_families(names: Sequence[str], id_switch_rule: IdSwitchRule = "last_match") -> dict[str, MetricFamily]:
    """Return metric families by their names.

    Args:
        names: Names of metric families, at least one.
        id_switch_rule: What an id switch is for sMOTSA and MOTA; see
            :func:`mots_plugin.evaluation.functional.clear.clear_counts`.

    Raises:
        FormatError: A name is unknown; lists the known ones.
    """
    check_metric_names(names)
    chosen = {name: METRIC_FAMILIES[name] for name in names}
    for name in {"smotsa", "clear"} & chosen.keys():
        chosen[name] = replace(chosen[name], count=partial(mots_counts, id_switch_rule=id_switch_rule))
    return chosen


def check_metric_names(names: Sequence[str], known: Collection[str] = tuple(METRIC_FAMILIES)) -> None:
    """Check that all names are known.

    Args:
        names: Names of metric families, at least one.
        known: The names there are.

    Raises:
        FormatError: One is unknown; lists the known names.
    """
    unknown = [name for name in names if name not in known]
    if unknown or not names:
        problem = f"there is no metric {', '.join(unknown)}" if unknown else "no metric is named"
        raise FormatError("metrics", problem, f"known are: {', '.join(known)}")


def count_sequence(
    ground_truth: MaskTracks,
    predictions: MaskTracks,
    frames: Sequence[int],
    class_ids: Mapping[str, int],
    families: Mapping[str, MetricFamily],
) -> SequenceCounts:
    """Count the hits and errors of one sequence; the overlaps are computed once for all classes and families.

    Args:
        ground_truth: The truths, with ignore regions as class 10.
        predictions: The predictions.
        frames: Number of every frame of the sequence, ascending.
        class_ids: Ids of the classes to score, by name.
        families: What to count, by name.

    Raises:
        FormatError: See :func:`mots_plugin.evaluation.functional.mask_pairs.mask_pairs`.
    """
    return count_classes(mask_pairs(ground_truth, predictions, frames), class_ids, families)


def count_classes(
    pairs: ClassPairs, class_ids: Mapping[str, int], families: Mapping[str, MetricFamily]
) -> SequenceCounts:
    """Count the hits and errors of every class of one sequence.

    Args:
        pairs: The objects.
        class_ids: Ids of the classes to score, by name.
        families: What to count, by name.
    """
    counts = {}
    for class_name, class_id in class_ids.items():
        of_class = pairs.of_class(class_id)
        counts[class_name] = {name: family.count(of_class) for name, family in families.items()}
    return counts


def summarise(sequences: Mapping[str, SequenceCounts], families: Mapping[str, MetricFamily]) -> dict[str, Any]:
    """Turn the counts of all sequences into metrics: counts are added up first, ratios taken last.

    Args:
        sequences: Counts of at least one sequence, by name.
        families: What was counted, by name.

    Returns:
        ``{class: {metric: value}, "all": {metric: value}, "sequences": {name: {class: …, "all": …}}}``, where "all"
        adds up the classes.
    """
    summary: dict[str, Any] = _score_classes(list(sequences.values()), families, single_sequence=False)
    summary["sequences"] = {
        name: _score_classes([counts], families, single_sequence=True) for name, counts in sorted(sequences.items())
    }
    return summary


def _score_classes(
    sequences: Sequence[SequenceCounts], families: Mapping[str, MetricFamily], single_sequence: bool
) -> dict[str, Scores]:
    scores: dict[str, Scores] = {class_name: {} for class_name in [*sequences[0], "all"]}
    for name, family in families.items():
        class_sums = []
        for class_name in sequences[0]:
            class_sums.append(add_up([by_class[class_name][name] for by_class in sequences]))
            scores[class_name] |= family.score(class_sums[-1], single_sequence)
        scores["all"] |= family.score(add_up(class_sums), False)
    return scores


def add_up(counts: Sequence[Any]) -> Any:
    """Add the fields of counts of one kind.

    Args:
        counts: At least one instance of a dataclass whose fields are numbers or arrays.
    """
    return type(counts[0])(*(sum(values) for values in zip(*(vars(part).values() for part in counts), strict=True)))
