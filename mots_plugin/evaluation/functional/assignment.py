"""The assignment problem for matrices so small that importing scipy takes longer than solving them.

Scoring a whole data set leaves a handful of small matrices to solve, if any, in a tenth of a second; ``scipy.optimize``
takes twice that to import. Ties must break as in scipy, or scores of tied pairs differ from trackeval's, so this is
scipy's algorithm step by step: Crouse, "On implementing 2D rectangular assignment algorithms", 2016, as in
``scipy/optimize/rectangular_lsap``.
"""

from __future__ import annotations

import math

import numpy as np
from numpy.typing import NDArray

_SMALL = 64


def maximise(weights: NDArray[np.float64]) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return rows and columns of the one-to-one assignment of largest total weight, rows ascending.

    Args:
        weights: ``(n, m)``, finite.
    """
    if min(weights.shape) > _SMALL:
        from scipy.optimize import linear_sum_assignment

        return linear_sum_assignment(weights, maximize=True)
    if weights.shape[0] > weights.shape[1]:
        columns, rows = maximise(weights.T)
        order = np.argsort(rows)
        return rows[order], columns[order]
    column_of_row = _assign((-weights).tolist(), weights.shape[1])
    return np.arange(len(column_of_row)), np.array(column_of_row, np.intp)


def _assign(costs: list[list[float]], columns: int) -> list[int]:
    """Return the column of each row in an assignment of least total cost.

    Args:
        costs: No more rows than columns.
        columns: Columns of each row.
    """
    row_prices, column_prices = [0.0] * len(costs), [0.0] * columns
    column_of_row, row_of_column = [-1] * len(costs), [-1] * columns
    for current in range(len(costs)):
        # Dijkstra from this row to the nearest column that is free, over reduced costs.
        distances, previous_row = [math.inf] * columns, [-1] * columns
        remaining = list(range(columns - 1, -1, -1))
        rows_seen, columns_seen = [current], []
        row, distance = current, 0.0
        while True:
            nearest, lowest = -1, math.inf
            for place, column in enumerate(remaining):
                reduced = distance + costs[row][column] - row_prices[row] - column_prices[column]
                if reduced < distances[column]:
                    distances[column], previous_row[column] = reduced, row
                if distances[column] < lowest or (distances[column] == lowest and row_of_column[column] == -1):
                    nearest, lowest = place, distances[column]
            distance = lowest
            column = remaining[nearest]
            columns_seen.append(column)
            remaining[nearest] = remaining[-1]
            remaining.pop()
            if row_of_column[column] == -1:
                break
            row = row_of_column[column]
            rows_seen.append(row)

        row_prices[current] += distance
        for row in rows_seen[1:]:
            row_prices[row] += distance - distances[column_of_row[row]]
        for seen in columns_seen:
            column_prices[seen] -= distance - distances[seen]
        while True:  # along the path, every row takes the next column
            row = previous_row[column]
            row_of_column[column] = row
            column, column_of_row[row] = column_of_row[row], column
            if row == current:
                break
    return column_of_row
