import numpy as np

from mots_plugin.evaluation.functional.matching import settle


def settle_matrix(weights: list[list[float]]) -> tuple[list, list]:
    matrix = np.array(weights)
    rows, columns = np.nonzero(matrix)
    cells = list(zip(rows.tolist(), columns.tolist(), strict=True))
    settled, open_pairs = settle(rows, columns, matrix[rows, columns])
    return sorted(cells[i] for i in settled), [cells[i] for i in open_pairs]


def test_pairs_without_rivals_are_settled() -> None:
    assert settle_matrix([[0.5, 0], [0, 0.1]]) == ([(0, 0), (1, 1)], [])


def test_a_pair_heavier_than_its_rivals_together_is_settled_and_strikes_them_out() -> None:
    assert settle_matrix([[0.9, 0.1], [0.2, 0.05]]) == ([(0, 0), (1, 1)], [])


def test_a_pair_that_rivals_together_outweigh_stays_open() -> None:
    assert settle_matrix([[10, 9], [9, 0]]) == ([], [(0, 0), (0, 1), (1, 0)])


def test_ties_stay_open() -> None:
    assert settle_matrix([[0.5, 0.5]]) == ([], [(0, 0), (0, 1)])
    assert settle_matrix([[2.0, 1.0], [1.0, 0]]) == ([], [(0, 0), (0, 1), (1, 0)])


def test_settling_one_pair_can_settle_the_next() -> None:
    chain = [[9, 4, 0], [0, 6, 3], [0, 0, 2]]
    assert settle_matrix(chain) == ([(0, 0), (1, 1), (2, 2)], [])
