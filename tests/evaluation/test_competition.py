from mots_plugin.evaluation.functional.competition import heaviest_matching


def test_pairs_without_rivals_all_match() -> None:
    assert heaviest_matching([1, 2], [5, 6], [0.5, 0.9]) == [0, 1]


def test_the_heavier_of_two_rivals_wins() -> None:
    assert heaviest_matching([1, 1], [5, 6], [0.5, 0.9]) == [1]
    assert heaviest_matching([1, 2], [5, 5], [0.9, 0.5]) == [0]


def test_two_light_pairs_beat_a_heavy_one_that_excludes_both() -> None:
    assert heaviest_matching([1, 1, 2], [5, 6, 5], [0.9, 0.6, 0.6]) == [1, 2]
    assert heaviest_matching([1, 1, 2], [5, 6, 5], [0.9, 0.4, 0.4]) == [0]


def test_ties_are_left_open() -> None:
    assert heaviest_matching([1, 1], [5, 6], [0.5, 0.5]) is None
    assert heaviest_matching([1, 1, 2, 2], [5, 6, 5, 6], [0.6, 0.7, 0.7, 0.8]) is None
    assert heaviest_matching([1, 2, 2], [5, 6, 7], [0.5, 0.5, 0.5]) is None  # one open group is enough


def test_many_rivals_are_left_open() -> None:
    rows, columns = zip(*((row, column) for row in range(6) for column in range(6)), strict=True)
    assert heaviest_matching(rows, columns, [1.0 + 0.01 * row * row for row in range(36)]) is None
