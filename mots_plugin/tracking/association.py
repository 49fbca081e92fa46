"""Matching tracks to observations: stages of weighted cues, a gate, and a solver."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linear_sum_assignment

from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.lifecycle import TrackState
from mots_plugin.tracking.memory import TrackBank

Pairs = tuple[NDArray[np.intp], NDArray[np.intp]]


class Cue(Protocol):
    """How ill a track and an observation go together: no threshold, no solving, no mutation."""

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return the ``(T, N)`` costs, lower is better, inf where a pair cannot be compared."""
        ...


class Stage:
    """One round of matching.

    Args:
        cues: Their weighted sum is the cost of a pair.
        max_cost: A pair matches only *below* this cost.
        weights: One positive number a cue; all 1 by default.
        solver: ``'hungarian'``: as many pairs as possible, and among those choices the cheapest in sum.
            ``'greedy'``: the cheapest pair first, then the cheapest of what is left, and so on.
        states: Which tracks take part, by their state after the frame before. ``('tentative', 'confirmed')`` are the
            tracks of the previous frame.
        min_score: Observations below it take no part.
        max_score: Nor do those from this score on.

    Raises:
        ValueError: An argument has no such choice.
    """

    def __init__(
        self,
        cues: Sequence[Cue],
        max_cost: float,
        weights: Sequence[float] | None = None,
        solver: str = "hungarian",
        states: Sequence[str] = ("tentative", "confirmed", "lost"),
        min_score: float = 0.0,
        max_score: float = np.inf,
    ) -> None:
        self.cues = list(cues)
        self.weights = [1.0] * len(self.cues) if weights is None else list(weights)
        if not self.cues or len(self.weights) != len(self.cues) or min(self.weights) <= 0:
            raise ValueError(f"Stage: {len(self.cues)} cue(s) with weights {self.weights}; each needs one above 0")
        if solver not in _SOLVERS:
            raise ValueError(f"Stage: solver {solver!r} is none of {', '.join(_SOLVERS)}")
        known = [state.name.lower() for state in TrackState if state != TrackState.REMOVED]
        unknown = [state for state in states if state not in known]
        if unknown:
            raise ValueError(f"Stage: states {', '.join(unknown)} are none of {', '.join(known)}")
        self.max_cost = max_cost
        self.solver = solver
        self.min_score = min_score
        self.max_score = max_score
        self._takes_state = np.array([state.name.lower() in states for state in TrackState])

    def takes_tracks(self, tracks: TrackBank) -> NDArray[np.bool_]:
        """Return ``(T,)`` which tracks take part."""
        return self._takes_state[tracks.states]

    def takes_observations(self, observations: Observations) -> NDArray[np.bool_]:
        """Return ``(N,)`` which observations take part."""
        return (observations.scores >= self.min_score) & (observations.scores < self.max_score)

    def match(self, tracks: TrackBank, observations: Observations, frame: Frame) -> Pairs:
        """Match tracks and observations that all take part.

        Returns:
            ``(M,)`` rows of tracks and ``(M,)`` rows of observations.
        """
        cost = sum(
            weight * cue.cost(tracks, observations, frame) for weight, cue in zip(self.weights, self.cues, strict=True)
        )
        return _SOLVERS[self.solver](np.where(cost < self.max_cost, cost, np.inf))


def associate(stages: Sequence[Stage], tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.intp]:
    """Run the stages in order, each on what those before it left over.

    Returns:
        ``(T,)`` the row of the observation that each track is matched to, -1 for none.
    """
    matched = np.full(len(tracks), -1, np.intp)
    free = np.ones(len(observations), bool)
    for stage in stages:
        track_rows = np.flatnonzero((matched < 0) & stage.takes_tracks(tracks))
        observation_rows = np.flatnonzero(free & stage.takes_observations(observations))
        if not len(track_rows) or not len(observation_rows):
            continue
        chosen_tracks, chosen_observations = stage.match(
            tracks.select(track_rows), observations.select(observation_rows), frame
        )
        matched[track_rows[chosen_tracks]] = observation_rows[chosen_observations]
        free[observation_rows[chosen_observations]] = False
    return matched


def solve_hungarian(cost: NDArray[np.float64]) -> Pairs:
    """Choose as many allowed pairs as possible, and of all such choices one of least cost in sum.

    Args:
        cost: ``(T, N)``, inf where a pair is forbidden.

    Returns:
        ``(M,)`` rows, ascending, and ``(M,)`` columns.
    """
    allowed = np.isfinite(cost)
    # A pair whose row and column allow nothing else is in every best choice: with tight gates little is left to solve.
    options_of_row, options_of_column = allowed.sum(axis=1), allowed.sum(axis=0)
    lone = allowed & (options_of_row == 1)[:, None] & (options_of_column == 1)
    lone_rows, lone_columns = np.nonzero(lone)
    open_rows, open_columns = options_of_row > 0, options_of_column > 0
    open_rows[lone_rows] = False
    open_columns[lone_columns] = False
    rows, columns = np.flatnonzero(open_rows), np.flatnonzero(open_columns)
    if len(rows):
        left, left_allowed = cost[np.ix_(rows, columns)], allowed[np.ix_(rows, columns)]
        lowest = left[left_allowed].min()
        span = left[left_allowed].max() - lowest
        # Costlier than any set of allowed pairs, so that no forbidden pair saves by replacing an allowed one.
        forbidden = (span + 1.0) * (min(left.shape) + 1)
        chosen_rows, chosen_columns = linear_sum_assignment(np.where(left_allowed, left - lowest, forbidden))
        kept = left_allowed[chosen_rows, chosen_columns]
        lone_rows = np.concatenate([lone_rows, rows[chosen_rows[kept]]])
        lone_columns = np.concatenate([lone_columns, columns[chosen_columns[kept]]])
    order = np.argsort(lone_rows)
    return lone_rows[order], lone_columns[order]


def solve_greedy(cost: NDArray[np.float64]) -> Pairs:
    """Choose the cheapest allowed pair, then the cheapest of what is left; ties go by row, then column.

    A pair that is the cheapest of its row and of its column is chosen sooner or later, whatever else is; so all of
    these are taken at once, round by round.

    Args:
        cost: ``(T, N)``, inf where a pair is forbidden.

    Returns:
        ``(M,)`` rows, ascending, and ``(M,)`` columns.
    """
    cost = cost.copy()
    column_of_row = np.full(len(cost), -1, np.intp)
    while cost.size:
        best_column = cost.argmin(axis=1)
        rows = np.flatnonzero(cost.argmin(axis=0)[best_column] == np.arange(len(cost)))
        rows = rows[np.isfinite(cost[rows, best_column[rows]])]
        if not len(rows):
            break
        column_of_row[rows] = best_column[rows]
        cost[rows] = np.inf
        cost[:, best_column[rows]] = np.inf
    matched = np.flatnonzero(column_of_row >= 0)
    return matched, column_of_row[matched]


_SOLVERS = {"hungarian": solve_hungarian, "greedy": solve_greedy}
