"""Matching tracks to observations: stages of weighted cues, a gate, and a solver."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, cast, runtime_checkable

import numpy as np
from numpy.typing import NDArray

from mots_plugin.structures import Frame, Observations
from mots_plugin.tracking.assignment import SMALL_TABLE, SOLVERS, CandidatePairs, ChosenPairs
from mots_plugin.tracking.lifecycle import STATE_NAMES, states_by_name
from mots_plugin.tracking.memory import TrackBank


class Cue(Protocol):
    """How ill a track and an observation go together: no threshold, no solving, no mutation."""

    def cost(self, tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.float64]:
        """Return the ``(T, N)`` costs, lower is better, inf where a pair cannot be compared."""
        ...


@runtime_checkable
class SparseCue(Cue, Protocol):
    """A cue by which most pairs are equally far apart, so that among many objects only the near ones are looked at.

    Attributes:
        far_cost: Cost of all pairs that are not near.
    """

    far_cost: float

    def near_pairs(self, tracks: TrackBank, observations: Observations, frame: Frame) -> CandidatePairs:
        """Return the pairs that cost less than ``far_cost``."""
        ...


class Stage:
    """One round of matching.

    Args:
        cues: Their weighted sum is the cost of a pair.
        max_cost: A pair matches only *below* this cost.
        weights: One positive number a cue; all 1 by default.
        solver: ``'hungarian'``: as many pairs as possible, and among those choices the cheapest in sum.
            ``'saving'``: those pairs that save most in sum against ``max_cost``; a good pair is not given up for two
            bad ones. ``'greedy'``: the cheapest pair first, then the cheapest of what is left, and so on.
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
        states: Sequence[str] = STATE_NAMES,
        min_score: float = 0.0,
        max_score: float = np.inf,
    ) -> None:
        self.cues = list(cues)
        self.weights = [1.0] * len(self.cues) if weights is None else list(weights)
        if not self.cues or len(self.weights) != len(self.cues) or min(self.weights) <= 0:
            raise ValueError(f"Stage: {len(self.cues)} cue(s) with weights {self.weights}; each needs one above 0")
        if solver not in SOLVERS:
            raise ValueError(f"Stage: solver {solver!r} is none of {', '.join(SOLVERS)}")
        if solver == "saving" and not np.isfinite(max_cost):
            raise ValueError("Stage: solver 'saving' needs a finite max_cost to save against")
        self.max_cost = max_cost
        self.solver = solver
        self.min_score = min_score
        self.max_score = max_score
        cue = self.cues[0]
        only_near = len(self.cues) == 1 and isinstance(cue, SparseCue) and max_cost <= self.weights[0] * cue.far_cost
        self._sparse_cue = cast(SparseCue, cue) if only_near else None
        self._takes_state = states_by_name(states, "Stage")

    def takes_tracks(self, tracks: TrackBank) -> NDArray[np.bool_]:
        """Return ``(T,)`` which tracks take part."""
        return self._takes_state[tracks.states]

    def takes_observations(self, observations: Observations) -> NDArray[np.bool_]:
        """Return ``(N,)`` which observations take part."""
        return (observations.scores >= self.min_score) & (observations.scores < self.max_score)

    def match(self, tracks: TrackBank, observations: Observations, frame: Frame) -> ChosenPairs:
        """Match tracks and observations that all take part.

        Returns:
            ``(M,)`` rows of tracks and ``(M,)`` rows of observations.
        """
        return SOLVERS[self.solver](self._candidates(tracks, observations, frame))

    def _candidates(self, tracks: TrackBank, observations: Observations, frame: Frame) -> CandidatePairs:
        if self._sparse_cue is not None and len(tracks) * len(observations) > SMALL_TABLE:
            near = self._sparse_cue.near_pairs(tracks, observations, frame)
            return replace(near, costs=self.weights[0] * near.costs).below(self.max_cost)
        cost = self.weights[0] * self.cues[0].cost(tracks, observations, frame)
        for weight, cue in zip(self.weights[1:], self.cues[1:], strict=True):
            cost += weight * cue.cost(tracks, observations, frame)
        return CandidatePairs.of_table(cost, self.max_cost)


def associate(stages: Sequence[Stage], tracks: TrackBank, observations: Observations, frame: Frame) -> NDArray[np.intp]:
    """Run the stages in order, each on what those before it left over.

    Returns:
        ``(T,)`` the row of the observation that each track is matched to, -1 for none.
    """
    matched = np.full(len(tracks), -1, np.intp)
    free = np.ones(len(observations), bool)
    for stage in stages:
        (track_rows,) = ((matched < 0) & stage.takes_tracks(tracks)).nonzero()
        if not len(track_rows):
            continue
        (observation_rows,) = (free & stage.takes_observations(observations)).nonzero()
        if not len(observation_rows):
            continue
        chosen_tracks, chosen_observations = stage.match(
            tracks if len(track_rows) == len(tracks) else tracks.select(track_rows),
            observations if len(observation_rows) == len(observations) else observations.select(observation_rows),
            frame,
        )
        matched[track_rows[chosen_tracks]] = observation_rows[chosen_observations]
        free[observation_rows[chosen_observations]] = False
    return matched
