import numpy as np
import pytest

from mots_plugin.evaluation.functional.mask_runs import are_disjoint, decode_runs, intersections, union
from mots_plugin.formats import rle


def masks_of(*drawings: str) -> list[rle.RLE]:
    return [rle.encode(np.array([[cell == "x" for cell in line] for line in drawing.split()])) for drawing in drawings]


LEFT, RIGHT, TOP = "xx. xx.", "..x ..x", "xxx ..."
"""Three masks of two rows and three columns; pixels count down the columns, so LEFT is pixels 0 to 3."""


def test_runs_lie_on_one_axis_frame_after_frame() -> None:
    runs = decode_runs(masks_of(LEFT, RIGHT, TOP), np.array([0, 0, 2]), (2, 3))
    assert list(zip(runs.starts, runs.ends, runs.rows, strict=True)) == [
        (0, 4, 0),
        (4, 6, 1),
        (12, 13, 2),
        (14, 15, 2),
        (16, 17, 2),
    ]
    assert runs.areas.tolist() == [4, 2, 3]


def test_masks_of_one_frame_that_share_a_pixel_are_not_disjoint() -> None:
    assert are_disjoint(decode_runs(masks_of(LEFT, RIGHT), np.array([0, 0]), (2, 3)))
    assert not are_disjoint(decode_runs(masks_of(LEFT, TOP), np.array([0, 0]), (2, 3)))
    assert are_disjoint(decode_runs(masks_of(LEFT, TOP), np.array([0, 1]), (2, 3)))


def test_a_mask_inside_another_is_found_behind_a_third() -> None:
    masks = masks_of("xxxxx", ".x...", "...x.")
    assert not are_disjoint(decode_runs(masks[::2], np.array([0, 0]), (1, 5)))


def test_intersections_counts_shared_pixels_of_the_same_frame() -> None:
    a = decode_runs(masks_of(TOP, TOP), np.array([0, 1]), (2, 3))
    b = decode_runs(masks_of(LEFT, RIGHT, LEFT), np.array([0, 0, 1]), (2, 3))
    rows_a, rows_b, pixels = intersections(a, b)
    assert list(zip(rows_a, rows_b, pixels, strict=True)) == [(0, 0, 2), (0, 1, 1), (1, 2, 2)]


def test_intersections_with_nothing() -> None:
    something = decode_runs(masks_of(TOP), np.array([0]), (2, 3))
    nothing = decode_runs([], np.zeros(0, np.int64), (2, 3))
    for a, b in ((something, nothing), (nothing, something), (nothing, nothing)):
        assert [len(column) for column in intersections(a, b)] == [0, 0, 0]


def test_union_counts_pixels_once() -> None:
    runs = union(decode_runs(masks_of(LEFT, TOP, RIGHT), np.array([0, 0, 5]), (2, 3)))
    assert list(zip(runs.starts, runs.ends, strict=True)) == [(0, 5), (34, 36)]
    assert runs.areas.tolist() == [7]


def test_empty_masks_have_no_runs() -> None:
    runs = decode_runs(masks_of("... ...", TOP), np.array([0, 0]), (2, 3))
    assert runs.areas.tolist() == [0, 3]
    assert set(runs.rows.tolist()) == {1}


def test_a_code_that_does_not_fill_the_image_is_refused() -> None:
    with pytest.raises(ValueError, match="does not fill"):
        decode_runs(masks_of(LEFT), np.array([0]), (3, 3))


def test_agrees_with_pycocotools_on_random_masks() -> None:
    rng = np.random.default_rng(0)
    labels = rng.integers(0, 4, (2, 30, 9, 7))  # two sets of 30 frames with three disjoint masks each
    masks = [[rle.encode(labels[s, frame] == i) for frame in range(30) for i in (1, 2, 3)] for s in (0, 1)]
    frames = np.repeat(np.arange(30), 3)
    a, b = (decode_runs(masks[s], frames, (9, 7)) for s in (0, 1))
    found = np.zeros((90, 90), int)
    rows_a, rows_b, pixels = intersections(a, b)
    found[rows_a, rows_b] = pixels
    expected = rle.intersection(masks[0][:90], masks[1][:90]) * (frames[:, None] == frames)
    assert (found == expected).all()
