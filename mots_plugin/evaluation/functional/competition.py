"""Small assignment problems whose solution is beyond doubt, solved without a matrix.

Nearly all objects that compete for a partner do so in twos and threes. Their best assignment is found by trying all; if
the next best is as good, nothing is returned, for how a tie breaks depends on the whole frame.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

_MARGIN = 1e-9
"""How much the best must exceed the next best, per unit of weight: clear of rounding."""
_MOST_TRIALS = 512


def heaviest_matching(rows: Sequence[int], columns: Sequence[int], weights: Sequence[float]) -> list[int] | None:
    """Return which pairs the one-to-one assignment of largest total weight consists of.

    Args:
        rows: Row of each pair.
        columns: Column of each pair.
        weights: Weight of each pair, positive.

    Returns:
        Indices of the pairs; None if that assignment is not the only one, or would take long to find.
    """
    chosen: list[int] = []
    for component in _components(rows, columns):
        best = _best_of(component, rows, columns, weights)
        if best is None:
            return None
        chosen += best
    return chosen


def _components(rows: Sequence[int], columns: Sequence[int]) -> list[list[int]]:
    """Split pairs into groups that share no row and no column."""
    in_row: dict[int, list[int]] = {}
    in_column: dict[int, list[int]] = {}
    for pair, (row, column) in enumerate(zip(rows, columns, strict=True)):
        in_row.setdefault(row, []).append(pair)
        in_column.setdefault(column, []).append(pair)
    groups, seen = [], [False] * len(rows)
    for start in range(len(rows)):
        if seen[start]:
            continue
        seen[start] = True
        group = [start]
        for pair in group:  # grows as it is walked
            for other in (*in_row[rows[pair]], *in_column[columns[pair]]):
                if not seen[other]:
                    seen[other] = True
                    group.append(other)
        groups.append(group)
    return groups


def _best_of(
    component: list[int], rows: Sequence[int], columns: Sequence[int], weights: Sequence[float]
) -> list[int] | None:
    """Try every assignment of one group; see :func:`heaviest_matching`."""
    if len(component) == 1:
        return component
    if len(component) == 2:  # they share an object, or would not be one group
        second_best, best_pair = sorted(component, key=lambda pair: weights[pair])
        clear = weights[best_pair] - weights[second_best] > _MARGIN * weights[best_pair]
        return [best_pair] if clear else None
    in_row: dict[int, list[int]] = {}
    for pair in component:
        in_row.setdefault(rows[pair], []).append(pair)
    if math.prod(len(pairs) + 1 for pairs in in_row.values()) > _MOST_TRIALS:
        return None
    trials: list[tuple[float, tuple[int, ...]]] = [(0.0, ())]
    for pairs in in_row.values():
        trials += [
            (total + weights[pair], (*taken, pair))
            for total, taken in trials
            for pair in pairs
            if all(columns[pair] != columns[other] for other in taken)
        ]
    (best, chosen), (second, _) = sorted(trials, reverse=True)[:2]
    return list(chosen) if best - second > _MARGIN * best else None
