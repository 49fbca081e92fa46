"""Masks left in the text they stand in."""

import numpy as np
import pytest

from mots_plugin.formats.text_masks import TextMasks, codes_of, join_masks, sizes_of

SIZES = np.array([[2, 3], [2, 3], [4, 4]])
LISTED = [{"size": [2, 3], "counts": b"06"}, {"size": [2, 3], "counts": b"6"}, {"size": [4, 4], "counts": b"0`0"}]


@pytest.fixture
def masks() -> TextMasks:
    return TextMasks(b"a 06 b 6 0`0", np.array([2, 7, 9]), np.array([4, 8, 12]), SIZES)


def test_is_a_sequence_of_masks(masks: TextMasks) -> None:
    assert len(masks) == 3
    assert masks[1] == LISTED[1]
    assert masks[-1] == LISTED[2]
    assert list(masks) == LISTED
    assert masks == LISTED
    assert masks[1:] == LISTED[1:]
    assert masks != LISTED[1:]
    with pytest.raises(IndexError):
        masks[3]


def test_rows_are_selected_in_any_order(masks: TextMasks) -> None:
    assert masks.select(np.array([2, 0])) == [LISTED[2], LISTED[0]]
    assert masks.select(np.array([2, 0])).sizes.tolist() == [[4, 4], [2, 3]]


def test_codes_and_sizes_are_those_of_a_list(masks: TextMasks) -> None:
    for origin in (masks, LISTED):
        assert codes_of(origin, np.array([2, 1])) == [b"0`0", b"6"]
        assert sizes_of(origin).tolist() == SIZES.tolist()


def test_texts_are_joined_and_other_masks_listed(masks: TextMasks) -> None:
    joined = join_masks(masks, masks.select(np.array([1])))
    assert isinstance(joined, TextMasks)
    assert joined == [*LISTED, LISTED[1]]
    assert joined.sizes.tolist() == [[2, 3], [2, 3], [4, 4], [2, 3]]
    assert join_masks(masks, LISTED) == LISTED * 2
