"""The HTML report of scored results: which numbers, timelines and pictures, gathered and written as one page."""

from __future__ import annotations

import platform
from collections.abc import Mapping, Sequence
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path

import mots_plugin
from mots_plugin.apis.scored_results import ScoredResult
from mots_plugin.apis.sequence_reports import look_at
from mots_plugin.evaluation.tables import (
    MANY_CLASSES,
    ScoreTable,
    class_names,
    format_score,
    table_of_classes,
    table_of_sequences,
)
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.reporting.page import render_page
from mots_plugin.reporting.report import Bar, BarChart, Report, Section, Table
from mots_plugin.visualization.error_crops import RESULT_COLOUR, TRUTH_COLOUR
from mots_plugin.visualization.frame_errors import SWITCH_COLOUR

_LEGEND = {
    "missed (filled) and found ground truth": TRUTH_COLOUR,
    "false positive (filled) and matched result": RESULT_COLOUR,
    "id switch": SWITCH_COLOUR,
}
_REMARK = {
    "masks": "As CLEAR counts them: masks match from an IoU of one half on.",
    "boxes": "As CLEAR counts them: boxes match from an IoU of one half on.",
    "panoptic maps": "Segments of things, matched as CLEAR does: one class, an IoU of at least one half.",
}
_SOFTWARE = (
    "numpy", "scipy", "opencv-python", "opencv-python-headless", "torch", "torchvision", "mmengine", "onedl-mmengine",
    "mmcv", "onedl-mmcv", "mmdet", "onedl-mmdetection",
)  # fmt: skip


def write_report(
    folder: Path,
    title: str,
    facts: Mapping[str, str],
    results: Sequence[ScoredResult],
    other_scores: Mapping[str, str] | None = None,
    config: str = "",
) -> Path:
    """Write ``index.html``, whole or not at all.

    Args:
        folder: Where to; created if need be.
        title: What was scored.
        facts: By name, such as the checkpoint.
        results: One a kind of results.
        other_scores: Further metrics, by name.
        config: Text of the config; empty for none.

    Returns:
        The file.

    Raises:
        FormatError: Results or images that cannot be used.
        OSError: A file cannot be read or written.
    """
    colours = {meaning: "#{:02x}{:02x}{:02x}".format(*colour) for meaning, colour in _LEGEND.items()}
    sections = [_section(result) for result in results]
    page = render_page(Report(title, facts, sections, colours, other_scores or {}, software_versions(), config))
    path = folder / "index.html"
    with atomic_write(path) as file:
        file.write(page)
    return path


def software_versions() -> dict[str, str]:
    """Return the versions of what scores are made with, by name; nothing is imported for it."""
    versions = {"mots_plugin": mots_plugin.__version__, "python": platform.python_version()}
    for name in _SOFTWARE:
        try:
            versions[name] = version(name)
        except PackageNotFoundError:
            continue
    return versions


def _section(result: ScoredResult) -> Section:
    summary, columns = result.summary, result.columns
    classes = [*(["all"] if len(class_names(summary)) > 1 else []), *class_names(summary)]
    many = len(class_names(summary)) >= MANY_CLASSES  # they share a table
    shown = ["all"] if many else classes
    tabulated = [[metric for names in columns for metric in names]] if many else columns
    sequences, pictures, causes = look_at(result)
    return Section(
        title=result.kind,
        tables=[_table(table_of_classes(summary, names), "class") for names in tabulated],
        sequence_tables=[
            _table(table_of_sequences(summary, name, names), "sequence") for names in tabulated for name in shown
        ],
        charts=[_chart(result, names[0], shown) for names in columns],
        sequences=sequences,
        pictures=pictures,
        causes=causes,
        remark=_REMARK[result.kind],
    )


def _table(scores: ScoreTable, row: str) -> Table:
    rows = [[name, *cells] for name, cells in scores.rows.items()]
    return Table(f"{scores.columns[0]} and more, {scores.title}", [row, *scores.columns], rows)


def _chart(result: ScoredResult, metric: str, classes: Sequence[str]) -> BarChart:
    groups = {}
    for name, scores in result.summary["sequences"].items():
        values = [(series, scores[series][metric]) for series in classes if metric in scores[series]]
        groups[name] = [
            Bar("all classes" if series == "all" else series, value, format_score(metric, value))
            for series, value in values
        ]
    return BarChart(metric, format_score(metric, result.summary["all"][metric]), groups)
