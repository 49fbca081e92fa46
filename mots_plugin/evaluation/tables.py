"""Metrics as plain-text tables: one per class, with a row for each sequence; or, of many classes, a row for each."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from mots_plugin.formats.text_table import format_table

COLUMN_TITLES = {"IDSW": "IDS"}
"""Columns that a table calls otherwise than the metric is called."""

RATES = ("FPS",)
"""Metrics that are no fractions, and have a column only where they are known."""

MANY_CLASSES = 5
"""From so many classes on, they share a table."""


def format_tables(summary: Mapping[str, Any], columns: Sequence[Sequence[str]], per_sequence: bool = True) -> str:
    """Write a summary as tables for each metric family, or, of many classes, as one for all.

    Args:
        summary: ``{class: {metric: value}, "all": {metric: value}, "sequences": {name: {class: …, "all": …}}}``.
        columns: Metrics to show, for each family.
        per_sequence: Show a row for each sequence.
    """
    if len(_class_names(summary)) < MANY_CLASSES:
        return "\n\n".join(format_summary(summary, names, per_sequence) for names in columns)
    names = [name for family in columns for name in family]
    rows = {"all classes": summary["all"], **{name: summary[name] for name in _class_names(summary)}}
    tables = [_table("all sequences", rows, names)]
    if per_sequence:
        rows = {name: scores["all"] for name, scores in summary["sequences"].items()}
        tables.append(_table("all classes", rows, names))
    return "\n\n".join(tables)


def format_summary(summary: Mapping[str, Any], columns: Sequence[str], per_sequence: bool = True) -> str:
    """Write a summary as tables.

    Args:
        summary: As :func:`mots_plugin.evaluation.functional.families.summarise` returns it.
        columns: Metrics to show. Fractions are shown in percent with one decimal, integers as they are.
        per_sequence: Show a row for each sequence.

    Returns:
        One table for each class, then one for all classes together if there are several.
    """
    classes = _class_names(summary)
    if len(classes) > 1:
        classes.append("all")
    tables = []
    for class_name in classes:
        title = "all classes" if class_name == "all" else class_name
        rows = {"all sequences": summary[class_name]}
        if per_sequence:
            rows.update({name: scores[class_name] for name, scores in summary["sequences"].items()})
        tables.append(_table(title, rows, columns))
    return "\n\n".join(tables)


def _class_names(summary: Mapping[str, Any]) -> list[str]:
    return [name for name in summary if name not in ("all", "sequences")]


def _table(title: str, rows: Mapping[str, Mapping[str, float]], columns: Sequence[str]) -> str:
    shown = [name for name in columns if name not in RATES or any(name in scores for scores in rows.values())]
    cells = [
        [name, *(_cell(column, scores.get(column)) for column in shown)] for name, scores in rows.items() if scores
    ]
    return format_table([title, *(COLUMN_TITLES.get(column, column) for column in shown)], cells)


def _cell(metric: str, value: float | None) -> str:
    if value is None:
        return "-"  # a metric that means nothing for the class
    if isinstance(value, int):
        return str(value)
    return f"{value if metric in RATES else 100 * value:.1f}"
