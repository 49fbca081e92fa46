"""The table file of a paper, YAML: its data sets, the commands that make its numbers, and its tables.

::

    data:
      street:                              # what --data names
        title: toy street
        root: work_dirs/demo/data          # what --root replaces; {root} in commands
        requires: [annotations/val.json]   # below the root; without one of them nothing can be run
        cure: run `make demo`
        values: {config: configs/…, precision: [--amp, auto]}     # {config}, {precision} in commands
    steps:
      train:
        command: bash tools/dist_train.sh {config}{network}.py 2 --work-dir {out} … randomness.seed={seed}
      test:
        after: {training: {step: train, network: "{network}"}}    # {training} is the folder of that step
        command: python tools/test.py {config}{network}.py {training}/iter_800.pth --out {out}
    columns: {sMOTSA: [car/sMOTSA, pedestrian/sMOTSA]}
    tables:
      table4:
        title: temporal component
        data: [street]                     # the first is the default
        rows:
        - {row: 2xConv3D, paper: [70.7, 41.4], result: {step: test, network: _conv3d-2x}, remark: "`_conv3d-2x`"}

A step writes below ``{out}``, a folder of its own; one that is a row's result leaves ``{out}/metrics.json``. A step is
run for every seed if its command, or that of a step before it, has ``{seed}``.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, TypeVar

import yaml

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.reading import read_text, surprises_named

SUFFIX = "_tables.yml"
_Part = TypeVar("_Part")


@dataclass(frozen=True)
class DataSet:
    """A data set that tables can be run on.

    Attributes:
        title: Its name for readers.
        root: Its folder.
        requires: Files or folders below it.
        cure: How to get it, as an instruction.
        values: What commands may name in braces: a string, or a list of arguments, which must stand alone.
    """

    title: str
    root: str
    requires: Sequence[str]
    cure: str
    values: Mapping[str, str | list[str]] = field(default_factory=dict)


@dataclass(frozen=True)
class StepRule:
    """How one kind of step is done.

    Attributes:
        command: Program and arguments; names in braces stand for arguments of the step, values of the data set, folders
            of the steps before, ``out``, ``root`` and ``seed``.
        after: Steps that must have been done, by the name that the command has for their folder.
        requires: File or folder that the command reads and no step makes.
        cure: How to get that, as an instruction.
    """

    command: str
    after: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    requires: str = ""
    cure: str = ""


@dataclass(frozen=True)
class Row:
    """One row of a table.

    Attributes:
        row: Its name.
        paper: The paper's numbers, in percent, in the order of the columns' keys; None where it has none.
        result: The step whose ``metrics.json`` has our numbers, as ``step``, with its arguments; or one such mapping
            for each data set, by name. None if nothing here can run it.
        remark: Which config or command it is, or why there is none.
        data: The data sets it can be run on; by default those of the table.
    """

    row: str
    paper: Sequence[float | None] = ()
    result: Mapping[str, Any] | None = None
    remark: str = ""
    data: Sequence[str] | None = None

    def result_on(self, data_name: str) -> Mapping[str, Any] | None:
        """Return the step that makes its result on a data set of its table, None if it cannot be run there."""
        if self.result is None or (self.data is not None and data_name not in self.data):
            return None
        return self.result if "step" in self.result else self.result.get(data_name)


@dataclass(frozen=True)
class Table:
    """A table of a paper.

    Attributes:
        title: What it compares.
        data: Data sets that it can be run on, the default first.
        rows: Its rows.
        columns: Keys ``class/metric`` into ``metrics.json``, by title of the column.
    """

    title: str
    data: Sequence[str]
    rows: Sequence[Row]
    columns: Mapping[str, Sequence[str]]


@dataclass(frozen=True)
class Paper:
    """What a table file holds.

    Attributes:
        file: The file.
        data: Data sets by name.
        steps: Kinds of steps by name.
        tables: Tables by name.
    """

    file: Path
    data: Mapping[str, DataSet]
    steps: Mapping[str, StepRule]
    tables: Mapping[str, Table]


def find_papers(configs: Path) -> dict[str, Path]:
    """Return the table files ``<folder>/<paper>_tables.yml`` by name of the paper.

    Args:
        configs: The folder of all configs.
    """
    return {file.name.removesuffix(SUFFIX): file for file in sorted(configs.glob(f"*/*{SUFFIX}"))}


def read_paper(file: str | os.PathLike[str]) -> Paper:
    """Read a table file.

    Args:
        file: The file.

    Raises:
        FormatError: It is no YAML, lacks something, has an entry that nobody reads, or names a step, data set or
            column that it does not hold.
        OSError: It cannot be read.
    """
    path = Path(file)
    cure = "see the other files of this name"
    try:
        content = yaml.safe_load(read_text(path, cure))
    except (yaml.YAMLError, RecursionError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(path, f"is no YAML ({error})", "mend the line that is named") from None
    with surprises_named(path, "holds no tables", cure):
        return _build_paper(path, content)


def _build_paper(path: Path, content: dict[str, Any]) -> Paper:
    shared_columns = content.get("columns", {})
    tables = {}
    for name, entry in content.get("tables", {}).items():
        rows = [_build(Row, row, path, f"{name}, row {number}") for number, row in enumerate(entry.pop("rows", []), 1)]
        tables[name] = _build(Table, {"columns": shared_columns, **entry, "rows": rows}, path, name)
    paper = Paper(
        path,
        {name: _build(DataSet, entry, path, f"data {name}") for name, entry in content.get("data", {}).items()},
        {name: _build(StepRule, entry, path, f"step {name}") for name, entry in content.get("steps", {}).items()},
        tables,
    )
    for name, table in paper.tables.items():
        _check(paper, name, table)
    return paper


def _build(kind: Callable[..., _Part], entry: Any, file: Path, place: str) -> _Part:
    try:
        return kind(**entry)
    except TypeError as error:
        reason = str(error).replace("__init__() ", "")
        raise FormatError(file, f"cannot be understood ({reason})", "see the head of paper.py", place) from None


def _check(paper: Paper, name: str, table: Table) -> None:
    numbers = sum(map(len, table.columns.values()))
    for number, row in enumerate(table.rows, 1):
        place = f"{name}, row {number}"
        if len(row.paper) not in (0, numbers):
            problem = f"has {len(row.paper)} numbers of the paper, its table has {numbers}"
            raise FormatError(paper.file, problem, "write one for each key of the columns, null for none", place)
        for data in (*table.data, *(row.data or ())):
            if data not in paper.data:
                problem = f"is for data set {data}"
                raise FormatError(paper.file, problem, f"known are: {', '.join(paper.data)}", place)
            result = row.result_on(data)
            if result is not None and result.get("step") not in paper.steps:
                problem = f"its result is step {result.get('step')}"
                raise FormatError(paper.file, problem, f"known are: {', '.join(paper.steps)}", place)
