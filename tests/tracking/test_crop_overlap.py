"""Overlaps of cropped masks, by hand and against run-length codes."""

import numpy as np
import pytest
from tracking_scenes import draw

from mots_plugin.formats.rle import decode_crops, encode, iou
from mots_plugin.tracking.crop_overlap import crop_iou


def test_overlap_by_hand():
    masks = [draw("##..", "##.."), draw(".##.", ".##."), draw("...#", "...#"), draw("....", "....")]
    crops = decode_crops(masks)
    expected = [[1, 1 / 3, 0, 0], [1 / 3, 1, 0, 0], [0, 0, 1, 0], [0, 0, 0, 0]]
    np.testing.assert_array_equal(crop_iou(crops, crops), expected)


def test_crops_need_not_be_tight():
    small = np.array([[True]]), 3, 2
    framed = np.pad(small[0], ((2, 1), (3, 4))), 0, 0
    assert crop_iou([small], [framed]).tolist() == [[1]]


def test_no_masks():
    assert crop_iou([], decode_crops([draw("#")])).shape == (0, 1)


@pytest.mark.parametrize("seed", range(5))
def test_equals_the_overlap_of_run_length_codes(seed):
    rng = np.random.default_rng(seed)
    masks = []
    for _ in range(12):
        mask = np.zeros((20, 30), bool)
        y, x = rng.integers(0, 18), rng.integers(0, 28)
        mask[y : y + 9, x : x + 9] = rng.random((20, 30))[y : y + 9, x : x + 9] < 0.7
        masks.append(encode(mask))
    crops = decode_crops(masks)
    np.testing.assert_array_equal(crop_iou(crops[:7], crops[7:]), iou(masks[:7], masks[7:]))
