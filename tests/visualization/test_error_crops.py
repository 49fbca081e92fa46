"""Pictures of errors, pixel by pixel."""

from __future__ import annotations

import numpy as np

from mots_plugin.formats.rle import boxes, encode
from mots_plugin.visualization.error_crops import RESULT_COLOUR, TRUTH_COLOUR, MarkedMask, Panel, draw_error, legend


def mark(x: int, y: int, label: str = "", focus: bool = True) -> MarkedMask:
    """A square of 20 pixels in an image of 100 x 200."""
    mask = np.zeros((100, 200), bool)
    mask[y : y + 20, x : x + 20] = True
    rle = encode(mask)
    return MarkedMask(rle, boxes([rle])[0], label, focus)


def columns_of(picture: np.ndarray, colour: tuple[int, int, int]) -> np.ndarray:
    return np.flatnonzero((picture == colour).all(axis=2).any(axis=0))


IMAGE = np.full((100, 200, 3), 110, np.uint8)


def test_truth_and_result_lie_where_they_are_in_the_crop() -> None:
    picture = draw_error("title", [Panel("frame 3", IMAGE, [mark(80, 40)], [mark(100, 40)])], size=(320, 240))
    # Both squares are 40 wide; with half as much on each side, 80 pixels of the image become 320, four for each.
    truth, result = columns_of(picture, TRUTH_COLOUR), columns_of(picture, RESULT_COLOUR)
    assert abs(truth.min() - 80) <= 3
    assert abs(result.min() - 160) <= 3
    assert abs(result.max() - 240) <= 3
    assert picture.shape[1] == 320


def test_all_panels_show_the_same_part_and_only_what_is_in_focus_decides_which() -> None:
    far = mark(0, 0, focus=False)
    panels = [Panel("before", IMAGE, [mark(80, 40)]), Panel("after", IMAGE, [mark(120, 40), far])]
    picture = draw_error("title", panels, size=(320, 240))
    assert picture.shape[1] == 320 + 2 + 320
    before, after = picture[:, :320], picture[:, 322:]
    # 120 pixels become 320: the second square is 40 * 320 / 120 = 107 further to the right.
    assert abs(columns_of(after, TRUTH_COLOUR).min() - columns_of(before, TRUTH_COLOUR).min() - 107) <= 2


def test_the_crop_stays_inside_the_image_where_it_can() -> None:
    picture = draw_error("t", [Panel("", IMAGE, [mark(0, 0)])], size=(320, 240))
    bar = picture.shape[0] - 240
    assert (picture[bar + 60 : bar + 200, 150:] == 110).all()
    assert columns_of(picture, TRUTH_COLOUR).min() == 0


def test_labels_are_written_for_those_that_have_one() -> None:
    plain = draw_error("title", [Panel("frame 3", IMAGE, [mark(80, 40)])])
    labelled = draw_error("title", [Panel("frame 3", IMAGE, [mark(80, 40, "gt 1003")])])
    outline = (plain == TRUTH_COLOUR).all(axis=2)
    assert ((labelled == TRUTH_COLOUR).all(axis=2) & ~outline).sum() > 300


def test_legend_has_both_colours() -> None:
    strip = legend(300)
    assert strip.shape[1] == 300
    assert len(columns_of(strip, TRUTH_COLOUR)) > 50
    assert len(columns_of(strip, RESULT_COLOUR)) > 30
