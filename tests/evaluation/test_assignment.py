import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import linear_sum_assignment

from mots_plugin.evaluation.functional.assignment import maximise


def test_the_best_total_wins_over_the_best_pair() -> None:
    rows, columns = maximise(np.array([[10.0, 9.0], [9.0, 0.0]]))
    assert list(zip(rows, columns, strict=True)) == [(0, 1), (1, 0)]


def test_no_rows_or_no_columns() -> None:
    for shape in ((0, 3), (3, 0), (0, 0)):
        assert [len(part) for part in maximise(np.zeros(shape))] == [0, 0]


@given(seed=st.integers(0, 2**32 - 1), rows=st.integers(1, 9), columns=st.integers(1, 9), levels=st.integers(1, 6))
@settings(max_examples=300, deadline=None, derandomize=True)
def test_ties_break_as_in_scipy(seed: int, rows: int, columns: int, levels: int) -> None:
    rng = np.random.default_rng(seed)
    weights = rng.integers(0, levels, (rows, columns)) / levels + 1000 * (rng.random((rows, columns)) < 0.1)
    ours, scipys = maximise(weights), linear_sum_assignment(weights, maximize=True)
    assert [part.tolist() for part in ours] == [part.tolist() for part in scipys]


def test_large_matrices_are_left_to_scipy() -> None:
    weights = np.random.default_rng(0).random((70, 80))
    assert maximise(weights)[1].tolist() == linear_sum_assignment(weights, maximize=True)[1].tolist()
