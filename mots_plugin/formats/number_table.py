"""Text files that hold one table of numbers: read at once if nothing is unusual, else line by line, to say what is."""

from __future__ import annotations

import io
import math
from collections.abc import Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import Fault

_LARGEST_WHOLE = 2.0**53
_WORD_CODE = 2.0**60
"""Added to the number of a class while a table is read at once, to tell it from what was a number in the file."""


@dataclass(frozen=True)
class TableFormat:
    """What the lines of a file must hold.

    Attributes:
        columns: Names of the columns that are read; a line may have more.
        required: How many of them a line must have.
        whole: Columns that hold whole numbers.
        comma: Fields are separated by commas rather than by blanks; line by line, blanks will do as well.
        cure: What to do about a line of another form.
        class_column: Column that holds a word, None if there is none.
        class_ids: Number of each such word, in small letters.
    """

    columns: tuple[str, ...]
    required: int
    whole: tuple[int, ...]
    comma: bool
    cure: str
    class_column: int | None = None
    class_ids: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class NumberTable:
    """The N lines of a file that can be read.

    Attributes:
        values: ``(N, columns)`` float64; -1 where a line ends early.
        widths: ``(N,)`` int64 fields of each line.
        lines: ``(N,)`` int64 number of each line, from 1.
    """

    values: NDArray[np.float64]
    widths: NDArray[np.int64]
    lines: NDArray[np.int64]


def parse_table(data: bytes, source: str, table_format: TableFormat) -> tuple[NumberTable, list[Fault]]:
    """Parse the content of a file, leaving out lines that do not parse.

    Args:
        data: The content; blank lines count for nothing.
        source: The file it came from, for messages.
        table_format: What the lines must hold.

    Returns:
        table: The lines that parse.
        faults: What is wrong with the others (kinds ``fields``, ``number`` and ``class``), in order.
    """
    table = _parse_at_once(data, table_format)
    if table is not None:
        return table, []
    rows, widths, lines = [], [], []
    faults: list[Fault] = []
    for number, line in enumerate(data.split(b"\n"), 1):
        fields = line.split(b",") if b"," in line else line.split()
        if not line.strip():
            continue
        fault = _explain(fields, source, number, table_format)
        if fault is not None:
            faults.append(fault)
            continue
        values = [_read(text, column, table_format) for column, text in enumerate(fields[: len(table_format.columns)])]
        rows.append(values + [-1.0] * (len(table_format.columns) - len(values)))
        widths.append(len(fields))
        lines.append(number)
    values_of_rows = np.asarray(rows, np.float64).reshape(-1, len(table_format.columns))
    return NumberTable(values_of_rows, np.asarray(widths, np.int64), np.asarray(lines, np.int64)), faults


def _parse_at_once(data: bytes, table_format: TableFormat) -> NumberTable | None:
    """Read all lines in one call; None if any is unusual in any way."""
    width = len(table_format.columns)
    if not data.strip():
        return NumberTable(np.zeros((0, width)), np.zeros(0, np.int64), np.zeros(0, np.int64))
    delimiter = "," if table_format.comma else None
    first_line = data.split(b"\n", 1)[0]
    fields = len(first_line.split(b"," if table_format.comma else None))
    if fields < table_format.required:
        return None
    if table_format.class_column is not None:
        data = data.lower()
        for word, number in table_format.class_ids.items():
            data = data.replace(b" %s " % word.encode(), b" %d " % int(_WORD_CODE + number * 1024))
    read = min(fields, width)
    try:
        values = np.loadtxt(io.BytesIO(data), delimiter=delimiter, comments=None, ndmin=2)
    except ValueError:
        return None
    if len(values) != data.count(b"\n") + (not data.endswith(b"\n")):
        return None  # there are blank lines
    values = values[:, :read]
    coded = values >= _WORD_CODE
    if table_format.class_column is not None:
        column = table_format.class_column
        values[:, column] = (values[:, column] - _WORD_CODE) / 1024
        coded[:, column] = ~coded[:, column]
    whole = values[:, list(table_format.whole)]
    if coded.any() or not np.isfinite(values).all():
        return None
    if np.any(whole % 1 != 0) or np.any(np.abs(whole) > _LARGEST_WHOLE):
        return None
    absent = np.full((len(values), width - read), -1.0)
    return NumberTable(np.hstack([values, absent]), np.full(len(values), fields), np.arange(1, len(values) + 1))


def _read(text: bytes, column: int, table_format: TableFormat) -> float:
    """Return the number of a field; nan if there is none."""
    if column == table_format.class_column:
        return table_format.class_ids.get(text.decode("utf-8", "replace").lower(), math.nan)
    try:
        return float(text)
    except ValueError:
        return math.nan


def _explain(fields: list[bytes], source: str, number: int, table_format: TableFormat) -> Fault | None:
    """Say why a line does not parse, None if it does."""
    if len(fields) < table_format.required:
        problem = f"{len(fields)} field{'s' * (len(fields) != 1)}, {table_format.required} or more are expected"
        return Fault(source, str(number), problem, table_format.cure, "fields")
    for column, (name, text) in enumerate(zip(table_format.columns, fields, strict=False)):
        shown = text.strip()[:40].decode("utf-8", "backslashreplace")
        value = _read(text, column, table_format)
        if column == table_format.class_column:
            if math.isnan(value):
                cure = f"known are: {', '.join(table_format.class_ids)}"
                return Fault(source, str(number), f"{name} '{shown}' is unknown", cure, "class")
        elif not math.isfinite(value):
            return Fault(source, str(number), f"{name} '{shown}' is not a finite number", table_format.cure, "number")
        elif column in table_format.whole and (value % 1 or abs(value) > _LARGEST_WHOLE):
            return Fault(source, str(number), f"{name} '{shown}' is not a whole number", table_format.cure, "number")
    return None
