"""Run-length codes, on masks drawn by hand and on random ones."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from mots_plugin.formats import rle
from mots_plugin.formats.rle_counts import encode_counts

masks = st.tuples(st.integers(1, 9), st.integers(1, 9)).flatmap(lambda shape: arrays(bool, shape))
patient = settings(deadline=None)


def drawn(*rows: str) -> np.ndarray:
    return np.array([[character == "#" for character in row] for row in rows])


L_SHAPE = drawn(
    "........",
    "..#.....",
    "..#.....",
    "..###...",
    "........",
    "........",
    "........",
    "........",
)


def test_a_drawn_mask_has_the_counts_box_and_area_that_one_counts_by_hand():
    code = rle.encode(L_SHAPE)
    starts, ends, _ = rle.runs_of([code])
    # Column-major: 17 before column 2 row 1, 3 down to row 3, 7 to column 3 row 3, 1, 7 to column 4 row 3, 1, the rest.
    assert starts.tolist() == [17, 27, 35]
    assert ends.tolist() == [20, 28, 36]
    assert code["size"] == [8, 8]
    np.testing.assert_array_equal(rle.boxes([code]), [[2, 1, 5, 4]])
    assert rle.areas([code]).tolist() == [5]
    np.testing.assert_array_equal(rle.decode(code), L_SHAPE)


def test_decode_crop_gives_the_tight_crop():
    crop, x0, y0 = rle.decode_crop(rle.encode(L_SHAPE))
    assert (x0, y0) == (2, 1)
    np.testing.assert_array_equal(crop, drawn("#..", "#..", "###"))


def test_decode_crop_of_an_empty_mask_is_empty():
    crop, x0, y0 = rle.decode_crop(rle.encode(np.zeros((8, 8), bool)))
    assert crop.shape == (0, 0)
    assert (x0, y0) == (0, 0)


@pytest.mark.parametrize(
    "mask",
    [
        drawn("#...", "#...", "#..."),
        drawn("...#", "...#", "...#"),
        drawn("##..", "##..", "##.."),  # full columns: their runs join
        drawn(".#..", ".##.", "..#."),  # a run ends at the bottom, the next does not start at the top
        drawn("..#.", ".#..", ".#.."),  # a run to the bottom goes on at the top of the next column
        drawn("####", "####", "####"),
        drawn("#..#", "....", "#..#"),
        drawn("....", "....", "...."),
    ],
)
def test_crops_at_the_borders_encode_as_the_full_mask_does(mask):
    code = rle.encode(mask)
    crop, x0, y0 = rle.decode_crop(code)
    assert rle.encode_crop(crop, x0, y0, 3, 4) == code
    assert rle.encode_crop(mask, 0, 0, 3, 4) == code


def test_encode_crop_cuts_off_what_lies_outside_the_image():
    crop = np.ones((3, 3), bool)
    np.testing.assert_array_equal(rle.decode(rle.encode_crop(crop, -2, -1, 3, 4)), drawn("#...", "#...", "...."))
    np.testing.assert_array_equal(rle.decode(rle.encode_crop(crop, 3, 2, 3, 4)), drawn("....", "....", "...#"))
    assert rle.areas([rle.encode_crop(crop, 9, 0, 3, 4)]).tolist() == [0]


@given(masks)
@patient
def test_every_mask_survives_encoding_by_crop_and_decoding(mask):
    height, width = mask.shape
    code = rle.encode(mask)
    assert rle.validate(code) is None
    crop, x0, y0 = rle.decode_crop(code)
    pasted = np.zeros_like(mask)
    pasted[y0 : y0 + crop.shape[0], x0 : x0 + crop.shape[1]] = crop
    np.testing.assert_array_equal(pasted, mask)
    assert rle.encode_crop(crop, x0, y0, height, width) == code


@given(st.lists(st.binary(min_size=12, max_size=12), max_size=5))
@patient
def test_many_masks_decode_to_crops_as_each_of_them_does(drawings):
    codes = [rle.encode(np.frombuffer(pixels, np.uint8).reshape(3, 4) > 127) for pixels in drawings]
    together = rle.decode_crops(codes)
    assert len(together) == len(codes)
    for (crop, x0, y0), code in zip(together, codes, strict=True):
        alone, alone_x0, alone_y0 = rle.decode_crop(code)
        np.testing.assert_array_equal(crop, alone)
        assert (x0, y0) == (alone_x0, alone_y0)


@given(masks, st.integers(-4, 9), st.integers(-4, 9), st.integers(1, 9), st.integers(1, 9))
@patient
def test_encode_crop_is_pasting_and_encoding(crop, x0, y0, height, width):
    canvas = np.zeros((height + 40, width + 40), bool)
    canvas[15 + y0 : 15 + y0 + crop.shape[0], 15 + x0 : 15 + x0 + crop.shape[1]] = crop
    assert rle.encode_crop(crop, x0, y0, height, width) == rle.encode(canvas[15 : 15 + height, 15 : 15 + width])


@given(st.lists(arrays(bool, (5, 6)), max_size=4), st.lists(arrays(bool, (5, 6)), max_size=4))
@patient
def test_intersection_and_iou_are_those_of_the_pixels(first, second):
    a, b = [rle.encode(mask) for mask in first], [rle.encode(mask) for mask in second]
    shared = np.array([[np.sum(x & y) for y in second] for x in first]).reshape(len(a), len(b))
    union = np.array([[np.sum(x | y) for y in second] for x in first]).reshape(len(a), len(b))
    np.testing.assert_array_equal(rle.intersection(a, b), shared)
    np.testing.assert_allclose(rle.iou(a, b), shared / np.maximum(union, 1), rtol=1e-12)


def test_merge_is_the_union_or_the_intersection():
    a, b = rle.encode(drawn("##.", "##.")), rle.encode(drawn(".##", "..."))
    np.testing.assert_array_equal(rle.decode(rle.merge([a, b])), drawn("###", "##."))
    np.testing.assert_array_equal(rle.decode(rle.merge([a, b], intersect=True)), drawn(".#.", "..."))
    with pytest.raises(ValueError, match="nothing to merge"):
        rle.merge([])


def test_masks_of_different_images_are_not_compared():
    with pytest.raises(ValueError, match="different image sizes"):
        rle.iou([rle.encode(np.ones((2, 3), bool))], [rle.encode(np.ones((3, 2), bool))])


def test_areas_and_boxes_of_more_than_255_masks():
    codes = [rle.encode(L_SHAPE)] * 300
    assert rle.areas(codes).sum() == 1500
    np.testing.assert_array_equal(rle.boxes(codes), np.tile([2, 1, 5, 4], (300, 1)))


def test_runs_of_length_zero_are_no_pixels():
    # Background 5, nothing, 4, one pixel (9: column 2, row 1), 6: valid, though encoders do not write it.
    code = {"size": [4, 4], "counts": encode_counts(np.array([5, 0, 4, 1, 6]), 4, 4)}
    assert rle.validate(code) is None
    np.testing.assert_array_equal(rle.boxes([code]), [[2, 1, 3, 2]])
    crop, x0, y0 = rle.decode_crop(code)
    assert (crop.tolist(), x0, y0) == ([[True]], 2, 1)
    empty = {"size": [4, 4], "counts": encode_counts(np.array([16, 0]), 4, 4)}
    np.testing.assert_array_equal(rle.boxes([empty]), np.zeros((1, 4)))


@pytest.mark.parametrize(
    ("size", "counts", "complaint"),
    [
        ([8, 8], b"", "covers 0 of the 64 pixels"),
        ([8, 8], b"P2", None),  # one count: 64
        ([8, 8], b"P", "truncated"),
        ([8, 8], b"P2P2", "covers 128 of the 64 pixels"),
        ([8, 8], b"01", "covers 1 of the 64 pixels of 8 x 8: truncated, or of another image size"),
        ([8, 8], b"P2!", "character that no run-length string has"),
        ([8, 8], b"O", "impossible run length"),  # -1
        ([8, 8], b"oooooooo0", "number that is too long"),
        ([0, 8], b"0", "impossible image size 0 x 8"),
        ([-8, -8], b"P2", "impossible image size"),
        ([10**9, 10**9], b"P2", "impossible image size"),
    ],
)
def test_validate_says_what_is_wrong(size, counts, complaint):
    problem = rle.validate({"size": size, "counts": counts})
    assert (complaint in problem) if complaint else problem is None


@given(st.lists(st.one_of(st.binary(max_size=12), masks.map(lambda mask: rle.encode(mask)["counts"])), max_size=6))
@patient
def test_validate_lets_nothing_pass_that_pycocotools_cannot_decode(strings):
    for string in strings:
        code = {"size": [3, 4], "counts": string}
        if rle.validate(code) is None:
            assert rle.decode(code).sum() == rle.areas([code])[0] == rle.decode_crop(code)[0].sum()
