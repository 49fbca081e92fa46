"""Overlaps of masks that were made of boxes."""

import numpy as np
import pytest

from mots_plugin.annotation.box_shapes import fill_boxes
from mots_plugin.annotation.mask_result import without_overlaps
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.rle import areas, decode

# Frame 2 first: a car (box down to row 6) in front of a person (down to 5), who hides a car wholly; alone in frame 1.
BOXES = np.array([[0, 2, 4, 6], [2, 1, 6, 5], [3, 2, 5, 4], [0, 0, 8, 8.0]])
TRACKS = BoxTracks([2, 2, 2, 1], [7, 8, 9, 8], BOXES, scores=[0.5, 0.9, 0.6, 1], class_ids=[1, 2, 1, 2], name="0002")
MASKS = fill_boxes(BOXES, 8, 8)


@pytest.mark.parametrize(
    ("priority", "owner_of_shared", "areas_left"),
    [("bottom", 7, [64, 16, 10]), ("score", 8, [64, 10, 16])],
)
def test_who_keeps_a_shared_pixel(priority, owner_of_shared, areas_left):
    result = without_overlaps(TRACKS, MASKS, priority)
    assert result.frames.tolist() == [1, 2, 2]
    assert result.track_ids.tolist() == [8, 7, 8]
    assert result.class_ids.tolist() == [2, 1, 2]
    assert areas(result.masks).tolist() == areas_left
    assert find_faults(result) == []
    owner = result.track_ids.tolist().index(owner_of_shared, 1)
    assert decode(result.masks[owner])[3, 3]


def test_a_mask_drawn_by_a_person_keeps_its_pixels():
    result = without_overlaps(TRACKS, MASKS, given=np.array([False, False, True, False]))
    assert result.track_ids.tolist() == [8, 7, 8, 9]
    assert decode(result.masks[3]).sum() == 4
    assert find_faults(result) == []


def test_of_equal_scores_the_lower_box_is_in_front():
    equal = BoxTracks([1, 1], [1, 2], BOXES[:2], scores=[1, 1], class_ids=[1, 1])
    result = without_overlaps(equal, MASKS[:2], "score")
    assert areas(result.masks).tolist() == [16, 10]
