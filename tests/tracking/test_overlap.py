"""Who keeps a shared pixel: drawn by hand, and against full masks on random data."""

import numpy as np
import pytest
from tracking_scenes import draw, drawing, rectangle

from mots_plugin.formats.rle import boxes, decode, encode
from mots_plugin.structures import Tracks
from mots_plugin.tracking.overlap import check_priority, resolve_overlaps, without_overlaps

LEFT = ("#####...", "#####...", "#####...")
RIGHT = ("........", "...#####", "...#####")


def report(*masks, scores) -> Tracks:
    count = len(masks)
    return Tracks(
        np.arange(1, count + 1),
        boxes(masks),
        np.array(scores, np.float32),
        np.zeros(count, np.int64),
        list(masks),
        np.arange(count),
    )


def test_the_higher_priority_keeps_the_shared_pixels():
    left, right = resolve_overlaps([draw(*LEFT), draw(*RIGHT)], np.array([0.6, 0.7]))

    assert drawing(right) == list(RIGHT)
    assert drawing(left) == ["#####...", "###.....", "###....."]


def test_of_equals_the_earlier_row_keeps_them():
    left, right = resolve_overlaps([draw(*LEFT), draw(*RIGHT)], np.array([0.5, 0.5]))

    assert drawing(left) == list(LEFT)
    assert drawing(right) == ["........", ".....###", ".....###"]


def test_masks_that_share_nothing_are_returned_as_they_were():
    masks = [rectangle(0, 0, 4, 4), rectangle(4, 0, 8, 4), rectangle(2, 3, 6, 6)]
    resolved = resolve_overlaps(masks[:2], np.array([1, 2]))
    assert resolved[0] is masks[0]
    assert resolved[1] is masks[1]
    assert resolve_overlaps(masks, np.array([1, 2, 0]))[0] is masks[0]
    assert resolve_overlaps([], np.zeros(0)) == []


def test_a_mask_that_lost_to_one_that_lost_itself():
    """Three in a row: the middle one loses to the first, yet keeps from the last what the first does not cover."""
    first, middle, last = resolve_overlaps([draw("####...."), draw("..####.."), draw("...#####")], np.array([3, 2, 1]))
    assert [drawing(first), drawing(middle), drawing(last)] == [["####...."], ["....##.."], ["......##"]]


def test_score_or_bottom_decides_and_what_is_covered_is_dropped():
    far, near = rectangle(0, 0, 8, 4), rectangle(2, 2, 6, 8)
    hidden = rectangle(3, 3, 5, 5)
    tracks = report(far, hidden, near, scores=[0.9, 0.3, 0.5])

    by_score = without_overlaps(tracks, "score")
    assert by_score.ids.tolist() == [1, 3]
    assert by_score.rows.tolist() == [0, 2]
    assert by_score.scores.tolist() == [np.float32(0.9), 0.5]
    assert decode(by_score.masks[0]).sum() == 32
    assert decode(by_score.masks[1]).sum() == 24 - 8

    by_bottom = without_overlaps(tracks, "bottom")
    assert by_bottom.ids.tolist() == [1, 3]
    assert decode(by_bottom.masks[0]).sum() == 32 - 8
    assert decode(by_bottom.masks[1]).sum() == 24

    assert without_overlaps(tracks, None) is tracks


def test_unknown_priority_is_refused():
    with pytest.raises(ValueError, match="overlap priority 'top' is none of score, bottom, None"):
        check_priority("top")


@pytest.mark.parametrize("seed", range(20))
def test_against_full_masks_on_random_data(seed):
    rng = np.random.default_rng(seed)
    stack = np.zeros((8, 20, 15), bool)
    for mask in stack:
        y, x = rng.integers(0, 16), rng.integers(0, 12)
        mask[y : y + rng.integers(1, 20), x : x + rng.integers(0, 15)] = True
        mask &= rng.random(mask.shape) < 0.9
    priority = rng.integers(0, 4, 8).astype(float)

    resolved = np.stack([decode(rle) for rle in resolve_overlaps([encode(mask) for mask in stack], priority)])

    expected = np.zeros_like(stack)
    taken = np.zeros(stack.shape[1:], bool)
    for row in sorted(range(8), key=lambda row: (-priority[row], row)):
        expected[row] = stack[row] & ~taken
        taken |= stack[row]
    np.testing.assert_array_equal(resolved, expected)
