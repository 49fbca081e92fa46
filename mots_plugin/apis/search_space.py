"""What a tracker config leaves open: parameters with ranges, and how its settings follow from them."""

from __future__ import annotations

import ast
import copy
import operator
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from mots_plugin.formats.errors import FormatError

_OPERATORS: dict[type, Callable[[float, float], float]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}


@dataclass(frozen=True)
class SearchSpace:
    """The search space of one class's tracker, as a config's ``tracker_search_space`` states it.

    Attributes:
        parameters: Lowest and highest value of each parameter. Two whole numbers: whole numbers are drawn, both ends
            included.
        settings: Entries of the tracker's config, by dotted path, and the expression of parameters that each is set
            to: numbers, names, ``+ - * /`` and parentheses, such as ``'offset - threshold / scale'``.
        source: The config, for messages.
    """

    parameters: Mapping[str, tuple[float, float]]
    settings: Mapping[str, str]
    source: str

    def apply(self, tracker: Mapping[str, Any], values: Mapping[str, float]) -> dict[str, Any]:
        """Return a copy of a tracker's config with the settings that the values of all parameters give.

        Raises:
            FormatError: A setting is not in the config, or its expression does not evaluate.
        """
        changed = copy.deepcopy(dict(tracker))
        for path, expression in self.settings.items():
            *parents, last = path.split(".")
            entry: Any = changed
            for part in parents:
                entry = self._entry(entry, part, path)
            self._entry(entry, last, path)
            entry[int(last) if isinstance(entry, list) else last] = self._evaluate(path, expression, values)
        return changed

    def _entry(self, parent: Any, part: str, path: str) -> Any:
        try:
            return parent[int(part) if isinstance(parent, list) else part]
        except (KeyError, IndexError, TypeError, ValueError):
            problem = f"tracker_search_space sets {path}, but the tracker has no {part}"
            raise FormatError(self.source, problem, "give every setting a default in the tracker") from None

    def _evaluate(self, path: str, expression: str, values: Mapping[str, float]) -> float:
        try:
            return _evaluate(ast.parse(expression, mode="eval").body, values)
        except (SyntaxError, KeyError, ValueError, ZeroDivisionError) as error:
            problem = f"tracker_search_space sets {path} to '{expression}', which does not evaluate ({error})"
            known = ", ".join(self.parameters)
            raise FormatError(self.source, problem, f"use numbers, + - * / and the parameters {known}") from None


def _evaluate(node: ast.expr, values: Mapping[str, float]) -> float:
    if isinstance(node, ast.Constant) and isinstance(node.value, int | float):
        return node.value
    if isinstance(node, ast.Name):
        return values[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return -_evaluate(node.operand, values)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATORS:
        return _OPERATORS[type(node.op)](_evaluate(node.left, values), _evaluate(node.right, values))
    raise ValueError(f"{type(node).__name__} is not arithmetic")


def read_search_spaces(config: Mapping[str, Any], class_names: list[str], source: str) -> dict[str, SearchSpace]:
    """Read the search space of every class, and try it on the class's tracker.

    Args:
        config: A config with ``model.tracker``, a ``PerClassTracker``, and ``tracker_search_space``, one entry a class.
        class_names: Names of the classes, in the order of their labels.
        source: The config file, for messages.

    Raises:
        FormatError: There is none, it is not one a class, or it does not fit the tracker.
    """
    found = config.get("tracker_search_space")
    trackers = config["model"]["tracker"].get("trackers")
    if not found or trackers is None or not len(found) == len(trackers) == len(class_names):
        problem = (
            f"needs a PerClassTracker and a tracker_search_space, each with {len(class_names)} entries, one a class"
        )
        raise FormatError(source, problem, "see configs/_base_/trackers/track_rcnn_released.py for an example")
    spaces = {}
    for name, entry, tracker in zip(class_names, found, trackers, strict=True):
        for parameter, bounds in entry["parameters"].items():
            if len(bounds) != 2 or not bounds[0] <= bounds[1]:
                problem = f"tracker_search_space gives {parameter} the range {tuple(bounds)}"
                raise FormatError(source, problem, "write (lowest, highest)")
        parameters = {parameter: (bounds[0], bounds[1]) for parameter, bounds in entry["parameters"].items()}
        spaces[name] = SearchSpace(parameters, dict(entry["settings"]), source)
        spaces[name].apply(tracker, {parameter: bounds[1] for parameter, bounds in parameters.items()})
    return spaces
