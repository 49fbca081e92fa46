"""From a row of a table to commands. Steps with the same arguments are one step, whichever rows need them."""

from __future__ import annotations

import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mots_plugin.formats.errors import FormatError
from mots_plugin.reproduction.paper import Paper

_NAME = re.compile(r"\{(\w+)\}")
Values = Mapping[str, str | list[str]]


@dataclass(frozen=True)
class Step:
    """One command, to be run from the root of a checkout.

    Attributes:
        title: What it does: its kind, arguments and seed.
        folder: Folder of its own, for what it writes.
        command: Program and arguments.
        after: Steps whose folders it reads.
        seeded: Whether it, or a step before it, depends on the seed.
        requires: File or folder that it reads and no step makes, None if there is none.
        cure: How to get that, as an instruction.
    """

    title: str
    folder: Path
    command: tuple[str, ...]
    after: tuple[Step, ...] = ()
    seeded: bool = False
    requires: Path | None = None
    cure: str = ""

    @property
    def marker(self) -> Path:
        """File that is there once the command has succeeded, and only then."""
        return self.folder / "finished"

    @property
    def finished(self) -> bool:
        """Whether there is nothing left to do."""
        return self.marker.is_file()

    @property
    def scores(self) -> Path:
        """File of its scores, if it makes any."""
        return self.folder / "metrics.json"


class Planner:
    """Plans the rows of a paper's tables on one data set.

    Args:
        paper: The table file.
        data_name: Name of the data set.
        folder: Where steps write; a subfolder for each step.
        root: Folder of the data set; by default what the table file says.
        values: Values of the data set to replace, as one string each.

    Raises:
        FormatError: The data set has no such value.
    """

    def __init__(
        self,
        paper: Paper,
        data_name: str,
        folder: Path,
        root: str | None = None,
        values: Mapping[str, str] | None = None,
    ) -> None:
        self._paper = paper
        self._data_name = data_name
        self._folder = folder
        data = paper.data[data_name]
        self.root = Path(data.root if root is None else root)
        self._values: dict[str, str | list[str]] = {"root": str(self.root)}
        given = {**data.values, **self._typed(values or {})}
        for name in sorted(given, key=lambda name: isinstance(given[name], list)):  # lists may name the others
            self._values[name] = self._fill(given[name], self._values, f"data {data_name}")

    def _typed(self, values: Mapping[str, str]) -> dict[str, str | list[str]]:
        known = self._paper.data[self._data_name].values
        unknown = [name for name in values if name not in known]
        if unknown:
            problem = f"data set {self._data_name} has no value {unknown[0]}"
            raise FormatError(self._paper.file, problem, f"known are: {', '.join(known)}")
        return {name: shlex.split(text) if isinstance(known[name], list) else text for name, text in values.items()}

    def plan(self, result: Mapping[str, Any], seed: int) -> Step:
        """Return the step that makes a row's result, with all that comes before it.

        Args:
            result: Name of the step, as ``step``, and its arguments.
            seed: Of training.

        Raises:
            FormatError: There is no such step, or its command names what nobody gives.
        """
        arguments = dict(result)
        kind = arguments.pop("step")
        if kind not in self._paper.steps:
            problem = f"there is no step {kind}"
            raise FormatError(self._paper.file, problem, f"known are: {', '.join(self._paper.steps)}")
        return self._step(kind, arguments, seed)

    def _step(self, kind: str, arguments: Values, seed: int) -> Step:
        rule, place = self._paper.steps[kind], f"step {kind}"
        values: dict[str, str | list[str]] = {**self._values, **arguments}
        after = {}
        for name, wanted in rule.after.items():
            filled = {argument: self._fill(value, values, place) for argument, value in wanted.items()}
            after[name] = self.plan(filled, seed)
        words = [str(value).strip("_-") or "default" for value in arguments.values()]
        folder = self._folder / kind / "+".join(words)
        title = ", ".join([kind, *words])
        seeded = "{seed}" in rule.command or any(step.seeded for step in after.values())
        if seeded:
            folder, title = folder / f"seed_{seed}", f"{title}, seed {seed}"
        values |= {"out": str(folder), "seed": str(seed), **{name: str(step.folder) for name, step in after.items()}}
        return Step(
            title,
            folder,
            tuple(self._words(rule.command, values, place)),
            tuple(after.values()),
            seeded,
            Path(str(self._fill(rule.requires, values, place))) if rule.requires else None,
            str(self._fill(rule.cure, values, place)),
        )

    def _words(self, command: str, values: Values, place: str) -> Iterator[str]:
        """Split first and fill then, so that a folder may have blanks in its name."""
        for word in shlex.split(command):
            filled = self._fill(word, values, place)
            if isinstance(filled, list):
                yield from filled
            else:
                yield filled

    def _fill(self, text: str | list[str], values: Values, place: str) -> str | list[str]:
        """Put values in the place of names in braces; a name that stands alone may stand for a list."""
        if isinstance(text, list):
            return [str(self._fill(word, values, place)) for word in text]
        missing = [name for name in _NAME.findall(text) if name not in values]
        if missing:
            problem = f"names {{{missing[0]}}}, which neither data set {self._data_name} nor an argument gives"
            raise FormatError(self._paper.file, problem, f"known are: {', '.join(values)}", place)
        alone = _NAME.fullmatch(text)
        return values[alone[1]] if alone else _NAME.sub(lambda match: str(values[match[1]]), text)


def missing_steps(results: Iterable[Step]) -> list[Step]:
    """Return what has still to be run, each step once and after those that it needs.

    Args:
        results: The steps that are wanted; what a finished one was made from is not made again.
    """
    order: dict[Path, Step] = {}

    def visit(step: Step) -> None:
        if not step.finished and step.folder not in order:
            for other in step.after:
                visit(other)
            order[step.folder] = step

    for result in results:
        visit(result)
    return list(order.values())
