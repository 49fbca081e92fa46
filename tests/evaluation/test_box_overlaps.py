import numpy as np
import pytest

from mots_plugin.evaluation.functional.box_overlaps import box_overlaps


def test_overlaps_of_two_frames() -> None:
    """In frame 1 a box covers a quarter of another; in frame 2 boxes touch, and an empty one lies within."""
    first = np.array([[0, 0, 10, 10], [0, 0, 10, 10]], float)
    second = np.array([[50, 50, 60, 60], [5, 5, 15, 15], [10, 0, 20, 10], [3, 3, 3, 8]], float)
    overlaps = box_overlaps(np.array([1, 2]), first, np.array([1, 1, 2, 2]), second)
    assert (overlaps.first.tolist(), overlaps.second.tolist()) == ([0], [1])
    assert overlaps.intersections.tolist() == [25]
    assert overlaps.ious.tolist() == [25 / 175]


@pytest.mark.parametrize("scale", [1.0, 1e9])
def test_no_pair_is_missed_or_found_twice(scale: float) -> None:
    """As trying every pair finds them; also with a box that spans all, and with coordinates that leave few digits."""
    rng = np.random.default_rng(0)
    sides = []
    for count in (300, 400):
        corner = rng.uniform(-50, 100, (count, 2))
        boxes = np.hstack([corner, corner + rng.uniform(0, 30, (count, 2))]) * scale
        boxes[7] = np.array([-50, -50, 150, 150]) * scale
        sides.append((np.sort(rng.integers(3, 20, count)), boxes))
    overlaps = box_overlaps(*sides[0], *sides[1])
    (frames, boxes), (other_frames, other_boxes) = sides
    corner = np.maximum(boxes[:, None, :2], other_boxes[None, :, :2])
    extent = np.maximum(np.minimum(boxes[:, None, 2:], other_boxes[None, :, 2:]) - corner, 0)
    area = extent[..., 0] * extent[..., 1] * (frames[:, None] == other_frames)
    expected = np.argwhere(area > 0)
    np.testing.assert_array_equal(np.column_stack([overlaps.first, overlaps.second]), expected)
    np.testing.assert_array_equal(overlaps.intersections, area[tuple(expected.T)])


def test_one_side_may_be_empty() -> None:
    none = np.zeros(0, np.int64), np.zeros((0, 4))
    box = np.array([1]), np.array([[0, 0, 5, 5.0]])
    assert len(box_overlaps(*none, *box).first) == len(box_overlaps(*box, *none).first) == 0
