"""A frame with its errors: what is filled, what is outlined."""

import io

import numpy as np
from PIL import Image

from mots_plugin.formats.rle import encode
from mots_plugin.visualization.error_crops import RESULT_COLOUR, TRUTH_COLOUR
from mots_plugin.visualization.frame_errors import (
    SWITCH_COLOUR,
    FrameErrors,
    Shape,
    draw_frame_errors,
    encode_jpeg,
)

GREY = np.full((400, 640, 3), 110, np.uint8)


def shape(x, label="", as_mask=True):
    mask = np.zeros((400, 640), bool)
    mask[100:300, x : x + 80] = True
    return Shape(np.array([x, 100, x + 80, 300], np.float32), encode(mask) if as_mask else None, label)


def tint(colour):
    return np.round(0.6 * 110 + 0.4 * np.array(colour))


def test_errors_are_filled_and_what_is_right_is_outlined():
    for as_mask in (True, False):
        errors = FrameErrors(
            missed=[shape(20, "missed 1", as_mask)],
            false=[shape(120, "", as_mask)],
            switched=[shape(220, "", as_mask)],
            matched_truths=[shape(320, "", as_mask)],
            matched_results=[shape(420, "", as_mask)],
        )
        picture = draw_frame_errors(GREY, errors)
        assert picture.shape == (400, 640, 3)
        for x, colour in ((60, TRUTH_COLOUR), (160, RESULT_COLOUR), (260, SWITCH_COLOUR)):
            assert np.abs(picture[200, x] - tint(colour)).max() <= 1
        for x, colour in ((320, TRUTH_COLOUR), (420, RESULT_COLOUR)):
            assert tuple(picture[200, x]) == colour
            assert tuple(picture[200, x + 40]) == (110, 110, 110)
        assert tuple(picture[95, 22]) == TRUTH_COLOUR  # the label of the miss, above it
    assert np.all(GREY == 110)


def test_pictures_have_a_modest_width():
    assert draw_frame_errors(np.zeros((96, 160, 3), np.uint8), FrameErrors()).shape == (384, 640, 3)
    assert draw_frame_errors(np.zeros((1080, 1920, 3), np.uint8), FrameErrors()).shape == (540, 960, 3)


def test_boxes_beyond_the_image_are_cut_off():
    outside = Shape(np.array([-50.0, -50.0, 30.0, 30.0]))
    picture = draw_frame_errors(GREY, FrameErrors(missed=[outside]))
    assert np.abs(picture[10, 10] - tint(TRUTH_COLOUR)).max() <= 1
    assert tuple(picture[60, 60]) == (110, 110, 110)


def test_jpeg_keeps_rgb():
    red = np.full((16, 16, 3), (200, 20, 20), np.uint8)
    decoded = np.asarray(Image.open(io.BytesIO(encode_jpeg(red))))
    assert np.abs(decoded.astype(int) - red).max() < 8
