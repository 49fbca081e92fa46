import numpy as np
import pytest

from mots_plugin.formats.rle import encode
from mots_plugin.visualization import track_colours
from mots_plugin.visualization.drawing import (
    draw_box,
    draw_labels,
    draw_mask,
    draw_text,
    draw_trail,
    scale_mask,
    text_height,
    text_size,
)

RED = (200, 0, 0)


def grey(height: int = 8, width: int = 8) -> np.ndarray:
    return np.full((height, width, 3), 100, np.uint8)


def block() -> np.ndarray:
    """A 4x5 mask (columns 2..5, rows 1..5) in an 8x8 image."""
    mask = np.zeros((8, 8), bool)
    mask[1:6, 2:6] = True
    return mask


def test_colour_of_an_id_never_changes():
    assert track_colours(np.array([1, 2, 3])).tolist() == [[109, 148, 242], [131, 217, 11], [255, 51, 230]]
    assert track_colours(np.array([3, 1])).tolist() == [[255, 51, 230], [109, 148, 242]]


def test_any_twenty_consecutive_ids_differ_visibly():
    colours = track_colours(np.arange(1, 400)).astype(int)
    for first in range(len(colours) - 20):
        window = colours[first : first + 20]
        distances = np.abs(window[:, None] - window[None]).sum(axis=2) + 1000 * np.eye(20, dtype=int)
        assert distances.min() >= 30


def test_no_ids_have_no_colours():
    assert track_colours(np.zeros(0, np.int64)).shape == (0, 3)


def test_mask_is_tinted_inside_and_outlined_on_its_rim():
    canvas = grey()
    crop, x0, y0 = scale_mask(encode(block()), (1.0, 1.0))
    draw_mask(canvas, crop, x0, y0, RED, opacity=0.5)
    rim = block()
    rim[2:5, 3:5] = False
    assert canvas[rim].tolist() == [[200, 0, 0]] * rim.sum()
    assert canvas[2:5, 3:5].reshape(-1, 3).tolist() == [[150, 50, 50]] * 6
    assert (canvas[~block()] == 100).all()


def test_mask_reaching_out_of_the_canvas_is_cut_off():
    canvas = grey()
    draw_mask(canvas, np.ones((4, 4), np.uint8), -2, -2, RED)
    assert (canvas[:2, :2] == RED).all()
    assert (canvas[2:, :] == 100).all()
    draw_mask(canvas, np.ones((4, 4), np.uint8), 20, 20, RED)
    draw_mask(canvas, np.ones((4, 4), np.uint8), -9, 0, RED)
    assert (canvas[2:, :] == 100).all()


@pytest.mark.parametrize("scale", [2, 3])
def test_enlarged_mask_lies_where_the_enlarged_image_has_it(scale):
    crop, x0, y0 = scale_mask(encode(block()), (float(scale), float(scale)))
    full = np.zeros((8 * scale, 8 * scale), np.uint8)
    full[y0 : y0 + crop.shape[0], x0 : x0 + crop.shape[1]] = crop
    expected = np.kron(block(), np.ones((scale, scale)))
    assert np.count_nonzero(full != expected) <= 4  # rounded corners
    assert full[scale : 6 * scale, 3 * scale : 5 * scale].all()


def test_empty_mask_draws_nothing():
    canvas = grey()
    draw_mask(canvas, *scale_mask(encode(np.zeros((8, 8), bool)), (2.0, 2.0)), RED)
    assert (canvas == 100).all()


def test_box_edges_are_exclusive_on_the_right_and_bottom():
    canvas = grey()
    draw_box(canvas, [2, 1, 6, 6], RED)
    rim = block()
    rim[2:5, 3:5] = False
    assert (canvas[rim] == RED).all()
    assert (canvas[~rim] == 100).all()


def test_trail_joins_its_points():
    canvas = grey(20, 20)
    draw_trail(canvas, np.array([[3, 10], [10, 10], [16, 10]]), RED)
    red, green, blue = canvas[10, 4:17].astype(int).T
    assert (red - np.maximum(green, blue) > 50).all()
    assert (canvas[:5] == 100).all()
    untouched = grey()
    draw_trail(untouched, np.zeros((0, 2)), RED)
    assert (untouched == 100).all()


def test_labels_of_coinciding_boxes_do_not_cover_each_other():
    canvas = grey(360, 640)
    boxes = np.array([[200, 100, 300, 200]] * 4, np.float32)
    placed = draw_labels(canvas, ["car 1", "car 2", "car 3", "car 4"], boxes, np.full((4, 3), 200, np.uint8))
    tops = [rectangle[1] for rectangle in placed]
    height = text_size("car 1", canvas)[1]
    assert tops == [100 - height, 100, 200 - height, 200]


def test_labels_stay_on_the_canvas():
    canvas = grey(360, 640)
    boxes = np.array([[-20, -5, 10, 10], [630, 355, 640, 360]], np.float32)
    for x1, y1, x2, y2 in draw_labels(canvas, ["car 1 0.90"] * 2, boxes, np.full((2, 3), 200, np.uint8)):
        assert 0 <= x1 < x2 <= 640
        assert 0 <= y1 < y2 <= 360


@pytest.mark.parametrize(("background", "is_dark"), [((250, 250, 0), True), ((20, 20, 60), False)])
def test_text_contrasts_with_its_background(background, is_dark):
    canvas = grey(360, 640)
    draw_text(canvas, "MMMM", 0, 0, background)
    width, height = text_size("MMMM", canvas)
    written = canvas[:height, :width].astype(int).sum(axis=2)
    strongest = written.min() if is_dark else written.max()
    assert abs(strongest - sum(background)) > 300
    assert (canvas[height:] == 100).all()


def test_text_grows_with_the_canvas():
    assert text_height(grey(360, 640)) == 9.0
    assert text_height(grey(1080, 1920)) == 22.5
