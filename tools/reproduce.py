#!/usr/bin/env python
"""Run a table of a paper again: ``tools/reproduce.py mots/table5 --seeds 0 1 2``.

Prints the paper's numbers beside those of finished runs, mean and standard deviation over seeds, after starting what is
missing. Trainings and detections that several rows need are made once. Every command is printed as it runs; a run that
was stopped, or killed, goes on with the same command. Only the table goes to stdout. Without a name, all tables are
listed.
"""

from __future__ import annotations

import argparse
import os
import shlex
import sys
from collections.abc import Sequence
from pathlib import Path

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.reproduction.paper import Paper, Row, Table, find_papers, read_paper
from mots_plugin.reproduction.plan import Planner, Step, missing_steps
from mots_plugin.reproduction.report import Outcome, as_markdown, as_text, table_cells
from mots_plugin.reproduction.running import check_data_set, missing_input, run_steps

ROOT = Path(__file__).resolve().parents[1]


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("table", nargs="?", metavar="PAPER/TABLE", help="such as mots/table5; default: list them")
    parser.add_argument("--data", metavar="NAME", help="data set to run it on; default: the first that the table has")
    parser.add_argument("--root", help="folder of the data set (default: what the table file says)")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0], metavar="SEED", help="of training (default: 0)")
    parser.add_argument("--rows", type=int, nargs="+", metavar="NUMBER", help="only these rows, counted from 1")
    parser.add_argument(
        "--set",
        type=_name_and_value,
        nargs="+",
        default=[],
        metavar="NAME=VALUE",
        help="replace values that the table file has for the data set, such as processes=8",
    )
    parser.add_argument(
        "--folder",
        type=lambda value: Path(value).resolve(),
        default=Path("work_dirs/reproduce"),
        help="where everything is written (default: work_dirs/reproduce in the checkout)",
    )
    parser.add_argument("--dry-run", action="store_true", help="start nothing: list what would be, print what is there")
    parser.add_argument("--markdown", action="store_true", help="print the table as a README has it")
    return parser.parse_args(argv)


def _name_and_value(text: str) -> tuple[str, str]:
    name, separator, value = text.partition("=")
    if not separator:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=VALUE")
    return name, value


def find_table(wanted: str) -> tuple[Paper, Table]:
    """Return the paper and the table that are called ``PAPER/TABLE``."""
    papers = find_papers(ROOT / "configs")
    paper_name, _, table_name = wanted.partition("/")
    if paper_name not in papers:
        raise FormatError(wanted, f"there is no paper {paper_name}", f"known are: {', '.join(papers)}")
    paper = read_paper(papers[paper_name])
    if table_name not in paper.tables:
        problem = f"{paper_name} has no table {table_name}" if table_name else "names no table"
        known = ", ".join(f"{paper_name}/{name}" for name in paper.tables)
        raise FormatError(wanted, problem, f"known are: {known}")
    return paper, paper.tables[table_name]


def list_tables() -> None:
    for paper_name, file in find_papers(ROOT / "configs").items():
        for name, table in read_paper(file).tables.items():
            print(f"{paper_name}/{name:<10} {table.title} ({', '.join(table.data)})")


def choose_rows(table: Table, numbers: Sequence[int] | None, wanted: str) -> list[Row]:
    """Return the rows of these numbers, counted from 1; all of them for None."""
    for number in numbers or ():
        if not 1 <= number <= len(table.rows):
            raise FormatError(wanted, f"has no row {number}", f"it has {len(table.rows)} rows")
    return [table.rows[number - 1] for number in numbers] if numbers else list(table.rows)


def steps_to_run(outcomes: Sequence[Outcome]) -> list[Step]:
    """Return the steps that are missing and can be run; rows that lack an input are left out, with a line saying so."""
    results: list[Step] = []
    for outcome in outcomes:
        lacking = missing_input(missing_steps(outcome.results))
        if lacking is None:
            results += outcome.results
        else:
            print(f"left out: {outcome.row.row}: {lacking}", file=sys.stderr)
    return missing_steps(results)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    os.chdir(ROOT)
    if arguments.table is None:
        list_tables()
        return 0
    paper, table = find_table(arguments.table)
    data_name = arguments.data or table.data[0]
    if data_name not in table.data:
        problem = f"cannot be run on {data_name}"
        raise FormatError(arguments.table, problem, f"it can on: {', '.join(table.data)}")
    data = paper.data[data_name]
    folder = arguments.folder / arguments.table.partition("/")[0] / data_name
    planner = Planner(paper, data_name, folder, arguments.root, dict(arguments.set))
    outcomes = []
    for row in choose_rows(table, arguments.rows, arguments.table):
        result = row.result_on(data_name)
        steps = [] if result is None else [planner.plan(result, seed) for seed in arguments.seeds]
        outcomes.append(Outcome(row, list({step.folder: step for step in steps}.values())))
    code = 0
    if arguments.dry_run:
        missing = missing_steps(step for outcome in outcomes for step in outcome.results)
        for number, step in enumerate(missing, 1):
            print(f"{number} of {len(missing)}: {step.title}\n$ {shlex.join(step.command)}", file=sys.stderr)
    elif any(missing_steps(outcome.results) for outcome in outcomes):
        check_data_set(data, planner.root)
        code = run_steps(steps_to_run(outcomes), ROOT)
    cells = table_cells(table, outcomes, data.title)
    if arguments.markdown:
        print(as_markdown(*cells))
    else:
        print(f"\n{arguments.table}: {table.title}\n\n{as_text(*cells)}\n\nruns: {folder}")
    return code


if __name__ == "__main__":
    sys.exit(main())
