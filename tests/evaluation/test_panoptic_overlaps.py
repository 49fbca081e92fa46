"""Tables of shared pixels, on drawings and on random maps."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from panoptic_drawings import draw, overlaps

from mots_plugin.evaluation.functional.panoptic_overlaps import OverlapSum, add_overlaps, count_overlaps


def rows(table):
    columns = table.truths.tolist(), table.predictions.tolist(), table.pixels.tolist()
    return list(zip(*columns, strict=True))


def test_every_pair_of_segments_is_a_row():
    table = overlaps(
        """
        __11
        _111
        """,
        """
        __22
        ___2
        """,
    )
    road, car_1, car_2 = 0, 2 * 65536 + 1, 2 * 65536 + 2
    assert rows(table) == [(road, road, 3), (car_1, road, 2), (car_1, car_2, 3)]
    assert table.truth_classes.tolist() == [0, 2, 2]


def test_tables_of_frames_add_up():
    table = add_overlaps([overlaps("11__", "1___"), overlaps("11__", "111_")])
    road, car = 0, 2 * 65536 + 1
    assert rows(table) == [(road, road, 3), (road, car, 1), (car, road, 1), (car, car, 3)]


def test_maps_of_different_size_are_refused():
    with pytest.raises(ValueError, match=r"differ in size: \(1, 4\) and \(2, 2\)"):
        count_overlaps(draw("1111"), draw("11 11"))


def test_maps_are_as_wide_as_a_run_can_be_long():
    widest = np.zeros((2, 65_535), np.uint32)
    assert rows(count_overlaps(widest, widest)) == [(0, 0, 131_070)]
    with pytest.raises(ValueError, match="wider than 65535 pixels"):
        count_overlaps(np.zeros((1, 65_536), np.uint32), np.zeros((1, 65_536), np.uint32))


def test_maps_without_pixels_share_nothing():
    nothing = np.zeros((0, 4), np.uint32)
    assert rows(count_overlaps(nothing, nothing)) == []


maps = arrays(np.uint32, (3, 4), elements=st.sampled_from([0, 1, 65536, 65537, 255 << 16, 2**24 - 1]))


@given(maps, maps)
@settings(deadline=None, max_examples=50)
def test_any_two_maps_are_counted_pixel_by_pixel(truth, prediction):
    pairs, counts = np.unique(np.stack([truth.ravel(), prediction.ravel()]), axis=1, return_counts=True)
    assert rows(count_overlaps(truth, prediction)) == list(zip(*pairs.tolist(), counts.tolist(), strict=True))


def test_a_long_sequence_takes_a_row_for_each_pair_of_segments():
    total = OverlapSum()
    assert len(total.total()) == 0
    frame = overlaps("11_2", "1__2")
    for _ in range(10_000):
        total.add(frame)
    assert len(total._pending) < 5_000  # pending frames are added up now and then
    assert rows(total.total()) == [(*pair, 10_000 * pixels) for *pair, pixels in rows(frame)]
