"""Which allowed pairs of tracks and observations to choose: exact or greedy, both over sparse lists of pairs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

SMALL_TABLE = 2048
"""A table of so few pairs is sooner computed, and solved, whole than searched for those that matter."""

ChosenPairs = tuple[NDArray[np.intp], NDArray[np.intp]]


@dataclass(frozen=True)
class CandidatePairs:
    """P pairs of T tracks and N observations that may be chosen, each listed once.

    Attributes:
        rows: ``(P,)`` row of the track.
        columns: ``(P,)`` row of the observation.
        costs: ``(P,)`` float64, lower is better.
        shape: ``(T, N)``.
        limit: They all cost less.
    """

    rows: NDArray[np.intp]
    columns: NDArray[np.intp]
    costs: NDArray[np.float64]
    shape: tuple[int, int]
    limit: float = np.inf

    @classmethod
    def of_table(cls, costs: NDArray[np.float64], limit: float) -> CandidatePairs:
        """Return the pairs that cost less than the limit.

        Args:
            costs: ``(T, N)`` costs of all pairs, inf where a pair is forbidden.
            limit: Pairs must cost less.
        """
        rows, columns = np.nonzero(costs < limit)
        return cls(rows, columns, costs[rows, columns], costs.shape, limit)

    def below(self, limit: float) -> CandidatePairs:
        """Return the pairs that cost less than the limit."""
        kept = self.costs < limit
        return CandidatePairs(self.rows[kept], self.columns[kept], self.costs[kept], self.shape, limit)


def solve_hungarian(pairs: CandidatePairs) -> ChosenPairs:
    """Choose as many pairs as possible, and of all such choices one of least cost in sum.

    Returns:
        ``(M,)`` rows, ascending, and ``(M,)`` columns.
    """
    return _solve_contested(pairs, _most_pairs)


def solve_saving(pairs: CandidatePairs) -> ChosenPairs:
    """Choose the pairs that save most in sum, where a pair saves what it costs less than the limit.

    A good pair is not given up for two bad ones: this is what ``lap.lapjv(…, cost_limit=limit)`` returns, which JDE,
    FairMOT and ByteTrack match with.

    Returns:
        ``(M,)`` rows, ascending, and ``(M,)`` columns.
    """
    return _solve_contested(pairs, _greatest_saving)


def _solve_contested(pairs: CandidatePairs, solve_table: Callable[[CandidatePairs], ChosenPairs]) -> ChosenPairs:
    if not len(pairs.rows):
        return pairs.rows, pairs.columns
    if pairs.shape[0] * pairs.shape[1] <= SMALL_TABLE:
        return solve_table(pairs)
    # A pair whose row and column allow nothing else is in every best choice: with tight gates little is left to solve.
    alone = np.bincount(pairs.rows, minlength=pairs.shape[0])[pairs.rows] == 1
    alone &= np.bincount(pairs.columns, minlength=pairs.shape[1])[pairs.columns] == 1
    rows, columns = pairs.rows[alone], pairs.columns[alone]
    if not alone.all():
        contested_rows, row = _occurring(pairs.rows[~alone], pairs.shape[0])
        contested_columns, column = _occurring(pairs.columns[~alone], pairs.shape[1])
        shape = len(contested_rows), len(contested_columns)
        chosen = solve_table(CandidatePairs(row, column, pairs.costs[~alone], shape, pairs.limit))
        rows = np.concatenate([rows, contested_rows[chosen[0]]])
        columns = np.concatenate([columns, contested_columns[chosen[1]]])
    order = np.argsort(rows)
    return rows[order], columns[order]


def _most_pairs(pairs: CandidatePairs) -> ChosenPairs:
    lowest = pairs.costs.min()
    # Costlier than any set of allowed pairs, so that no forbidden pair saves by replacing an allowed one.
    return _solve_table(pairs, pairs.costs - lowest, (pairs.costs.max() - lowest + 1.0) * (min(pairs.shape) + 1))


def _greatest_saving(pairs: CandidatePairs) -> ChosenPairs:
    return _solve_table(pairs, pairs.costs - pairs.limit, 0.0)


def _solve_table(pairs: CandidatePairs, costs: NDArray[np.float64], forbidden: float) -> ChosenPairs:
    """Solve with a table of all pairs, of which those that are not listed cost ``forbidden``, more than any other."""
    table = np.full(pairs.shape, forbidden)
    table[pairs.rows, pairs.columns] = costs
    rows, columns = linear_sum_assignment(table)
    allowed = table[rows, columns] < forbidden
    return rows[allowed], columns[allowed]


def _occurring(indices: NDArray[np.intp], count: int) -> tuple[NDArray[np.intp], NDArray[np.intp]]:
    """Return the distinct indices, ascending, and the place of each given one among them."""
    occurs = np.zeros(count, bool)
    occurs[indices] = True
    return np.flatnonzero(occurs), (np.cumsum(occurs) - 1)[indices]


def solve_greedy(pairs: CandidatePairs) -> ChosenPairs:
    """Choose the cheapest pair, then the cheapest of what is left; ties go by row, then column.

    A pair that is the cheapest of its row and of its column is chosen sooner or later, whatever else is; so all of
    these are taken at once, round by round.

    Returns:
        ``(M,)`` rows, ascending, and ``(M,)`` columns.
    """
    order = np.lexsort((pairs.columns, pairs.rows, pairs.costs))
    rows, columns = pairs.rows[order], pairs.columns[order]
    column_of_row = np.full(pairs.shape[0], -1, np.intp)
    while len(rows):
        cheapest = _first_of_each(rows, pairs.shape[0]) & _first_of_each(columns, pairs.shape[1])
        column_of_row[rows[cheapest]] = columns[cheapest]
        taken = np.zeros(pairs.shape[1], bool)
        taken[columns[cheapest]] = True
        left = (column_of_row[rows] < 0) & ~taken[columns]
        rows, columns = rows[left], columns[left]
    matched = np.flatnonzero(column_of_row >= 0)
    return matched, column_of_row[matched]


def _first_of_each(indices: NDArray[np.intp], count: int) -> NDArray[np.bool_]:
    """Return whether each index occurs for the first time."""
    first = np.empty(count, np.intp)
    first[indices[::-1]] = np.arange(len(indices) - 1, -1, -1)  # of several writes to one place the last one stays
    return first[indices] == np.arange(len(indices))


SOLVERS = {"hungarian": solve_hungarian, "saving": solve_saving, "greedy": solve_greedy}
