"""Polygons from and to masks."""

import numpy as np
import pytest
from scipy import ndimage

from mots_plugin.formats.polygons import polygons_to_rle, rle_to_polygons
from mots_plugin.formats.rle import decode, encode


def drawn(*rows: str) -> np.ndarray:
    return np.array([[pixel == "#" for pixel in row] for row in rows])


L_SHAPE = drawn(
    "........",
    "..#.....",
    "..#.....",
    "..###...",
    "........",
)
RING = drawn(
    "........",
    ".####...",
    ".#..#...",
    ".####...",
    "........",
)
TOUCHING = drawn(
    "........",
    ".##.....",
    ".##.....",
    "...##...",
    "...##...",
)


def test_a_polygon_covers_whole_pixels():
    assert (decode(polygons_to_rle([[[1, 1], [4, 1], [4, 3], [1, 3]]], 4, 6)) == drawn(
        "......",
        ".###..",
        ".###..",
        "......",
    )).all()  # fmt: skip


def test_what_lies_outside_the_image_is_cut_off():
    square = decode(polygons_to_rle([[[-9, 2], [2, 2], [2, 99], [-9, 99]]], 4, 4))
    assert (square == drawn("....", "....", "##..", "##..")).all()


def test_several_polygons_are_united():
    mask = decode(polygons_to_rle([[[0, 0], [2, 0], [2, 2], [0, 2]], [[1, 1], [3, 1], [3, 3], [1, 3]]], 4, 4))
    assert (mask == drawn("##..", "###.", ".##.", "....")).all()


def test_outlines_run_along_the_edges_of_pixels():
    (outline,) = rle_to_polygons(encode(L_SHAPE))
    assert {tuple(corner) for corner in outline} == {(2, 1), (3, 1), (3, 3), (5, 3), (5, 4), (2, 4)}
    assert (decode(polygons_to_rle([outline], 5, 8)) == L_SHAPE).all()


def test_holes_are_closed():
    (outline,) = rle_to_polygons(encode(RING))
    assert {tuple(corner) for corner in outline} == {(1, 1), (5, 1), (5, 4), (1, 4)}


def test_parts_that_touch_at_a_corner_are_apart():
    first, second = rle_to_polygons(encode(TOUCHING))
    assert {tuple(corner) for corner in first} == {(1, 1), (3, 1), (3, 3), (1, 3)}
    assert {tuple(corner) for corner in second} == {(3, 3), (5, 3), (5, 5), (3, 5)}


def test_an_empty_mask_has_no_outline():
    assert rle_to_polygons(encode(np.zeros((3, 3), bool))) == []


def test_any_mask_comes_back_with_its_holes_closed():
    rng = np.random.default_rng(0)
    for _ in range(20):
        mask = ndimage.gaussian_filter(rng.standard_normal((24, 31)), 1) > 0.02
        back = decode(polygons_to_rle(rle_to_polygons(encode(mask)), 24, 31))
        assert (back == ndimage.binary_fill_holes(mask, structure=np.ones((3, 3)))).all()


def test_a_tolerance_leaves_out_corners():
    stairs = np.tri(20, dtype=bool)
    (exact,), (simple,) = rle_to_polygons(encode(stairs)), rle_to_polygons(encode(stairs), tolerance=1.0)
    assert (len(exact), len(simple)) == (42, 3)
    shared = (decode(polygons_to_rle([simple], 20, 20)) & stairs).sum()
    assert shared >= 0.9 * stairs.sum()


@pytest.mark.parametrize(
    ("polygons", "complaint"),
    [
        ([], "no polygon"),
        ([[[0, 0], [1, 1]]], "three corners"),
        ([[[0, 0], [1, 1], [2, float("nan")]]], "not finite"),
    ],
)
def test_what_has_no_area_is_refused(polygons, complaint):
    with pytest.raises(ValueError, match=complaint):
        polygons_to_rle(polygons, 4, 4)
