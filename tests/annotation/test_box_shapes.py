"""Masks made of boxes alone."""

import numpy as np

from mots_plugin.annotation.box_shapes import fill_boxes, inscribe_ellipses
from mots_plugin.formats.rle import decode


def drawn(*rows):
    return np.array([[pixel == "#" for pixel in row] for row in rows])


def test_a_filled_box_covers_the_pixels_whose_centres_it_holds():
    whole, halves = fill_boxes(np.array([[1, 2, 4, 5], [1.5, 1.6, 4.4, 3.4]]), 8, 8)
    expected = np.zeros((8, 8), bool)
    expected[2:5, 1:4] = True
    assert (decode(whole) == expected).all()
    # Columns 1.5 to 4.4 hold the centres 1.5, 2.5, 3.5; rows 1.6 to 3.4 the centre 2.5.
    assert np.argwhere(decode(halves)).tolist() == [[2, 1], [2, 2], [2, 3]]


def test_boxes_are_cut_off_at_the_border():
    corner, outside = fill_boxes(np.array([[-3, 6, 2, 12], [9, 9, 12, 12.0]]), 8, 8)
    assert np.argwhere(decode(corner)).tolist() == [[6, 0], [6, 1], [7, 0], [7, 1]]
    assert decode(outside).sum() == 0


def test_an_ellipse_touches_the_box_in_the_middle_of_its_sides():
    (mask,) = inscribe_ellipses(np.array([[1, 1, 7, 5.0]]), 6, 8)
    assert (decode(mask) == drawn(
        "........",
        "..####..",
        ".######.",
        ".######.",
        "..####..",
        "........",
    )).all()  # fmt: skip


def test_an_ellipse_is_that_of_the_whole_box_also_beyond_the_border():
    whole, cut = inscribe_ellipses(np.array([[2, 2, 8, 6], [-3, 2, 3, 6.0]]), 8, 8)
    assert (decode(cut)[:, :3] == decode(whole)[:, 5:]).all()


def test_a_box_without_area_has_no_pixel():
    for shape in (fill_boxes, inscribe_ellipses):
        (mask,) = shape(np.array([[3, 3, 3, 5.0]]), 8, 8)
        assert decode(mask).sum() == 0
        assert shape(np.zeros((0, 4)), 8, 8) == []
