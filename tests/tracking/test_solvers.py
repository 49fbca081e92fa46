"""Assignment against brute force, and the two solvers' different answers."""

import itertools

import numpy as np
import pytest

from mots_plugin.tracking import assignment
from mots_plugin.tracking.assignment import CandidatePairs

FORBIDDEN = np.inf


def pairs(solution):
    return list(zip(*(rows.tolist() for rows in solution), strict=True))


def solve_hungarian(cost):
    return assignment.solve_hungarian(CandidatePairs.of_table(cost, FORBIDDEN))


def solve_saving(cost, limit):
    return assignment.solve_saving(CandidatePairs.of_table(cost, limit))


def solve_greedy(cost):
    return assignment.solve_greedy(CandidatePairs.of_table(cost, FORBIDDEN))


def test_hungarian_looks_at_the_sum_and_greedy_at_the_cheapest_pair():
    cost = np.array([[1.0, 2.0], [2.0, 9.0]])
    assert pairs(solve_hungarian(cost)) == [(0, 1), (1, 0)]
    assert pairs(solve_greedy(cost)) == [(0, 0), (1, 1)]


def test_hungarian_takes_two_dear_pairs_rather_than_one_cheap_one():
    cost = np.array([[0.0, 100.0], [100.0, FORBIDDEN]])
    assert pairs(solve_hungarian(cost)) == [(0, 1), (1, 0)]
    assert pairs(solve_greedy(cost)) == [(0, 0)]


def test_saving_keeps_a_good_pair_that_as_many_pairs_as_possible_would_give_up():
    cost = np.array([[0.1, 0.6], [0.65, FORBIDDEN]])
    assert pairs(solve_hungarian(cost)) == [(0, 1), (1, 0)]
    assert pairs(solve_saving(cost, 0.7)) == [(0, 0)]  # saves 0.6, the others 0.1 and 0.05
    assert pairs(solve_saving(cost, 2.0)) == [(0, 1), (1, 0)]  # 1.9 against 1.4 and 1.35


def test_forbidden_pairs_are_never_chosen():
    cost = np.array([[FORBIDDEN, FORBIDDEN, FORBIDDEN], [FORBIDDEN, 5.0, FORBIDDEN]])
    for solve in (solve_hungarian, solve_greedy):
        assert pairs(solve(cost)) == [(1, 1)]
        assert pairs(solve(np.full((2, 2), FORBIDDEN))) == []


def test_ties_go_by_order():
    cost = np.ones((2, 3))
    assert pairs(solve_hungarian(cost)) == [(0, 0), (1, 1)]
    assert pairs(solve_greedy(cost)) == [(0, 0), (1, 1)]


def best_by_brute_force(cost):
    """Most pairs first, least sum second, over all partial assignments."""
    rows, columns = cost.shape
    best = (0, 0.0)
    for size in range(1, min(rows, columns) + 1):
        for chosen in itertools.combinations(range(rows), size):
            for targets in itertools.permutations(range(columns), size):
                total = sum(cost[row, column] for row, column in zip(chosen, targets, strict=True))
                if np.isfinite(total) and (size > best[0] or total < best[1]):
                    best = (size, total)
    return best


def greedy_by_sorting(cost):
    """One pair at a time, cheapest first, ties by row and column."""
    chosen, rows, columns = [], set(), set()
    for row, column in sorted(np.ndindex(cost.shape), key=lambda pair: (cost[pair], pair)):
        if np.isfinite(cost[row, column]) and row not in rows and column not in columns:
            chosen.append((row, column))
            rows.add(row)
            columns.add(column)
    return sorted(chosen)


@pytest.mark.parametrize("seed", range(60))
def test_both_solvers_against_brute_force(seed):
    rng = np.random.default_rng(seed)
    cost = rng.integers(-3, 6, rng.integers(1, 5, 2)).astype(float)  # small integers: many ties
    cost[rng.random(cost.shape) < 0.4] = FORBIDDEN

    chosen = pairs(solve_hungarian(cost))
    assert len({row for row, _ in chosen}) == len({column for _, column in chosen}) == len(chosen)
    assert (len(chosen), sum(cost[pair] for pair in chosen)) == best_by_brute_force(cost)

    assert pairs(solve_greedy(cost)) == greedy_by_sorting(cost)


@pytest.mark.parametrize("seed", range(30))
def test_saving_against_brute_force(seed):
    rng = np.random.default_rng(seed)
    cost = rng.integers(0, 9, rng.integers(1, 5, 2)) / 8
    limit = 0.7
    rows, columns = cost.shape
    most = max(
        sum(limit - cost[pair] for pair in zip(chosen, targets, strict=True))
        for size in range(min(rows, columns) + 1)
        for chosen in itertools.combinations(range(rows), size)
        for targets in itertools.permutations(range(columns), size)
    )
    chosen = pairs(solve_saving(cost, limit))
    assert all(cost[pair] < limit for pair in chosen)
    assert sum(limit - cost[pair] for pair in chosen) == pytest.approx(most)
