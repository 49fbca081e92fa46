import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mots_plugin.evaluation.functional.mask_overlaps import mask_overlaps
from mots_plugin.formats import rle
from mots_plugin.formats.rle_counts import encode_counts


def masks_of(*drawings: str) -> list[rle.RLE]:
    return [rle.encode(np.array([[cell == "x" for cell in line] for line in drawing.split()])) for drawing in drawings]


def pairs_of(masks: list[rle.RLE], frames: list[int]) -> list[tuple[int, int, int]]:
    found = mask_overlaps(masks, np.array(frames), tuple(masks[0]["size"]))
    return sorted(zip(found.first.tolist(), found.second.tolist(), found.pixels.tolist(), strict=True))


LEFT, RIGHT, TOP = "xx. xx.", "..x ..x", "xxx ..."
"""Three masks of two rows and three columns."""


def test_shared_pixels_of_masks_of_one_frame() -> None:
    masks = masks_of(LEFT, RIGHT, TOP)
    assert pairs_of(masks, [0, 0, 0]) == [(0, 2, 2), (1, 2, 1)]
    assert pairs_of(masks, [0, 0, 1]) == []
    assert mask_overlaps(masks, np.array([0, 0, 0]), (2, 3)).areas.tolist() == [4, 2, 3]


def test_frames_need_not_be_sorted() -> None:
    assert pairs_of(masks_of(LEFT, LEFT, TOP), [7, 3, 7]) == [(0, 2, 2)]


def test_columns_of_several_spans() -> None:
    comb = "xxxx .... xxxx .... xxxx"
    assert pairs_of(masks_of(comb, "xx.. xx.. xx.. xx.. xx.."), [0, 0]) == [(0, 1, 6)]
    assert pairs_of(masks_of(comb, "..xx .... ..xx .... ..xx"), [0, 0]) == [(0, 1, 6)]
    assert pairs_of(masks_of(comb, ".... xxxx .... xxxx ...."), [0, 0]) == []


def test_boxes_that_meet_without_a_shared_pixel() -> None:
    assert pairs_of(masks_of("x.. .x. ..x", "... x.. ..."), [0, 0]) == []


def test_a_run_over_several_columns() -> None:
    assert pairs_of(masks_of(".xxx xxx.", "xxxx xxxx"), [0, 0]) == [(0, 1, 6)]
    assert pairs_of(masks_of(".xxx xxx.", "..x. ...x"), [0, 0]) == [(0, 1, 1)]


def test_a_column_left_out_within_a_mask() -> None:
    assert pairs_of(masks_of("x.x x.x", ".x. .x."), [0, 0]) == []


def test_empty_masks_and_no_masks() -> None:
    found = mask_overlaps(masks_of("... ...", TOP, "... ..."), np.array([0, 0, 0]), (2, 3))
    assert found.areas.tolist() == [0, 3, 0]
    assert len(found.first) == 0
    assert len(mask_overlaps([], np.zeros(0, np.int64), (2, 3)).areas) == 0


@given(seed=st.integers(0, 2**32 - 1), height=st.integers(1, 9), width=st.integers(1, 9), count=st.integers(1, 8))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_agrees_with_pycocotools(seed: int, height: int, width: int, count: int) -> None:
    rng = np.random.default_rng(seed)
    masks = [rle.encode(rng.random((height, width)) < rng.choice([0, 0.2, 0.5, 0.9, 1])) for _ in range(count)]
    frames = rng.integers(0, 3, count)
    found = mask_overlaps(masks, frames, (height, width))
    shared = np.zeros((count, count), int)
    shared[found.first, found.second] = found.pixels
    assert (shared == np.triu(rle.intersection(masks, masks) * (frames[:, None] == frames), 1)).all()
    assert found.areas.tolist() == [int(rle.decode(mask).sum()) for mask in masks]


def coded(*numbers: int) -> rle.RLE:
    """A mask of three rows and three columns from its numbers as they stand in the string, one character each."""
    return {"size": [3, 3], "counts": bytes(48 + number for number in numbers)}


def test_runs_of_no_pixel_within_a_string() -> None:
    """Legal, though no encoder writes them: 4 background, 0 foreground, 1 background, … and foreground 0 at the end."""
    one_pixel = coded(1, 1, 7)
    assert pairs_of([coded(0, 0, 1, 1, 6), one_pixel], [0, 0]) == [(0, 1, 1)]
    assert pairs_of([coded(1, 1, 7, 31), one_pixel], [0, 0]) == [(0, 1, 1)]  # 31 is the difference -1: no pixel
    assert pairs_of([coded(1, 1, 1, 31, 5), one_pixel, coded(8, 1)], [0, 0, 0]) == [(0, 1, 1)]


def test_masks_as_wide_as_many_blocks_of_columns() -> None:
    wide, gap = "x" * 50, "x" * 20 + "." * 15 + "x" * 15
    assert pairs_of(masks_of(wide, gap, "." * 33 + "x" * 17), [0, 0, 0]) == [(0, 1, 35), (0, 2, 17), (1, 2, 15)]


def test_an_image_too_high_for_16_bits() -> None:
    column = {"size": [40_000, 1], "counts": encode_counts(np.array([100, 39_900]), 40_000, 1)}
    lower_part = {"size": [40_000, 1], "counts": encode_counts(np.array([35_000, 5000]), 40_000, 1)}
    assert pairs_of([column, lower_part], [0, 0]) == [(0, 1, 5000)]


def test_broken_strings_are_refused() -> None:
    with pytest.raises(ValueError, match="run-length code"):
        mask_overlaps([coded(1, 1, 7), coded(4)], np.array([0, 1]), (3, 3))
