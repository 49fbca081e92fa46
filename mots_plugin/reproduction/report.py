"""The paper's numbers beside those of finished runs: mean and spread over seeds, as plain text or Markdown."""

from __future__ import annotations

import statistics
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.reading import read_json, surprises_named
from mots_plugin.formats.text_table import format_table
from mots_plugin.reproduction.paper import Row, Table
from mots_plugin.reproduction.plan import Step

NONE = "–"


@dataclass(frozen=True)
class Outcome:
    """A row with what has been run for it.

    Attributes:
        row: The row.
        results: Its result for every seed that is wanted, each step once; none if it cannot be run.
    """

    row: Row
    results: Sequence[Step] = ()

    @property
    def finished(self) -> list[Step]:
        """The results that are there."""
        return [step for step in self.results if step.finished]


def read_scores(step: Step, keys: Sequence[str]) -> list[float | None]:
    """Return the scores of a finished step.

    Args:
        step: The step.
        keys: ``class/metric``, such as ``car/sMOTSA``.

    Returns:
        Fractions in percent, counts as they are; None for a metric that means nothing for the class.

    Raises:
        FormatError: Its file of scores is gone, broken, or has no such score.
    """
    cure = f"remove {step.marker} and run it again"
    try:
        scores = read_json(step.scores, cure)
    except OSError as error:
        raise FormatError(step.scores, f"has no scores to read ({type(error).__name__}: {error})", cure) from None
    with surprises_named(step.scores, "has no scores to read", cure):
        values = [scores[class_name][metric] for class_name, metric in (key.split("/") for key in keys)]
    return [100 * value if isinstance(value, float) else value for value in values]


def mean_and_spread(values: Sequence[float | None]) -> str:
    """Write the mean of some runs and, of several, their sample standard deviation: ``65.5±1.2``.

    Args:
        values: One a run; None where there is no number.
    """
    known = [value for value in values if value is not None]
    if not known:
        return NONE
    spread = f"±{statistics.stdev(known):.1f}" if len(known) > 1 else ""
    return f"{statistics.mean(known):.1f}{spread}"


def table_cells(table: Table, outcomes: Sequence[Outcome], title: str) -> tuple[list[str], list[list[str]]]:
    """Return the header and the rows of a table.

    Args:
        table: The table.
        outcomes: Its rows.
        title: Name of the data set that ours were run on.

    Returns:
        header: Row, the paper's columns, ours, number of runs, remark.
        rows: As many cells each; several classes share a cell, ``71.8 / 41.4``.
    """
    first, *others = table.columns
    classes = [key.split("/")[0] for key in table.columns[first]]
    named = f"{first} {' / '.join(classes)}" if len(classes) > 1 else first
    header = ["row", f"paper: {named}", *others, f"{title}: {named}", *others, "runs", "config or command"]
    rows = []
    for outcome in outcomes:
        row, printed = outcome.row, []
        numbers = list(row.paper or [None] * sum(map(len, table.columns.values())))
        for keys in table.columns.values():
            part, numbers = numbers[: len(keys)], numbers[len(keys) :]
            printed.append(_joined([NONE if number is None else f"{number:.1f}" for number in part]))
        rows.append([row.row, *printed, *_own_cells(outcome, table.columns), row.remark])
    return header, rows


def _own_cells(outcome: Outcome, columns: Mapping[str, Sequence[str]]) -> list[str]:
    if not outcome.results:
        return [NONE] * len(columns) + [NONE]
    if not outcome.finished:
        return ["not run", *[NONE] * (len(columns) - 1), "0"]
    cells = []
    for keys in columns.values():
        runs = [read_scores(step, keys) for step in outcome.finished]
        cells.append(_joined([mean_and_spread(values) for values in zip(*runs, strict=True)]))
    return [*cells, str(len(outcome.finished))]


def _joined(numbers: Sequence[str]) -> str:
    return NONE if set(numbers) == {NONE} else " / ".join(numbers)


def as_text(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table as aligned text, without its remarks."""
    return format_table(header[:-1], [row[:-1] for row in rows])


def as_markdown(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Write a table as Markdown."""
    lines = [header, ["---"] * len(header), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)
