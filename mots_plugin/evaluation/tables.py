"""Metrics as plain-text tables: one per class, with a row for each sequence; or, of many classes, a row for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from mots_plugin.formats.text_table import format_table

COLUMN_TITLES = {"IDSW": "IDS"}
"""Columns that a table calls otherwise than the metric is called."""

RATES = ("FPS",)
"""Metrics that are no fractions, and have a column only where they are known."""

MANY_CLASSES = 5
"""From so many classes on, they share a table."""


@dataclass(frozen=True)
class ScoreTable:
    """Metrics as they are shown.

    Attributes:
        title: Of the first column: what all rows have in common.
        columns: Titles of the others.
        rows: Name and cells of each row.
    """

    title: str
    columns: list[str]
    rows: dict[str, list[str]]

    def __str__(self) -> str:
        return format_table([self.title, *self.columns], [[name, *cells] for name, cells in self.rows.items()])


def format_tables(summary: Mapping[str, Any], columns: Sequence[Sequence[str]], per_sequence: bool = True) -> str:
    """Write a summary as tables for each metric family, or, of many classes, as one for all.

    Args:
        summary: ``{class: {metric: value}, "all": {metric: value}, "sequences": {name: {class: …, "all": …}}}``.
        columns: Metrics to show, for each family.
        per_sequence: Show a row for each sequence.
    """
    if len(class_names(summary)) < MANY_CLASSES:
        return "\n\n".join(format_summary(summary, names, per_sequence) for names in columns)
    names = [name for family in columns for name in family]
    tables = [table_of_classes(summary, names)]
    if per_sequence:
        tables.append(table_of_sequences(summary, "all", names))
    return "\n\n".join(map(str, tables))


def format_summary(summary: Mapping[str, Any], columns: Sequence[str], per_sequence: bool = True) -> str:
    """Write a summary as tables.

    Args:
        summary: As :func:`mots_plugin.evaluation.functional.families.summarise` returns it.
        columns: Metrics to show. Fractions are shown in percent with one decimal, integers as they are.
        per_sequence: Show a row for each sequence.

    Returns:
        One table for each class, then one for all classes together if there are several.
    """
    classes = class_names(summary)
    if len(classes) > 1:
        classes.append("all")
    tables = []
    for class_name in classes:
        rows = {"all sequences": summary[class_name]}
        if per_sequence:
            rows.update({name: scores[class_name] for name, scores in summary["sequences"].items()})
        tables.append(_table(_title_of(class_name), rows, columns))
    return "\n\n".join(map(str, tables))


def table_of_classes(summary: Mapping[str, Any], columns: Sequence[str]) -> ScoreTable:
    """Return a row for all classes together, if there are several, and one for each, over all sequences.

    Args:
        summary: As for :func:`format_tables`.
        columns: Metrics to show.
    """
    names = class_names(summary)
    rows = {"all classes": summary["all"]} if len(names) > 1 else {}
    return _table("all sequences", {**rows, **{name: summary[name] for name in names}}, columns)


def table_of_sequences(summary: Mapping[str, Any], class_name: str, columns: Sequence[str]) -> ScoreTable:
    """Return a row for each sequence.

    Args:
        summary: As for :func:`format_tables`.
        class_name: The class, or ``all``.
        columns: Metrics to show.
    """
    rows = {name: scores[class_name] for name, scores in summary["sequences"].items()}
    return _table(_title_of(class_name), rows, columns)


def class_names(summary: Mapping[str, Any]) -> list[str]:
    """Return the classes of a summary."""
    return [name for name in summary if name not in ("all", "sequences")]


def _title_of(class_name: str) -> str:
    return "all classes" if class_name == "all" else class_name


def _table(title: str, rows: Mapping[str, Mapping[str, float]], columns: Sequence[str]) -> ScoreTable:
    shown = [name for name in columns if name not in RATES or any(name in scores for scores in rows.values())]
    cells = {
        name: [format_score(column, scores.get(column)) for column in shown] for name, scores in rows.items() if scores
    }
    return ScoreTable(title, [COLUMN_TITLES.get(column, column) for column in shown], cells)


def format_score(metric: str, value: float | None) -> str:
    """Write one number: a fraction in percent, a count as it is, ``-`` for nothing."""
    if value is None:
        return "-"  # a metric that means nothing for the class
    if isinstance(value, int):
        return str(value)
    return f"{value if metric in RATES else 100 * value:.1f}"
