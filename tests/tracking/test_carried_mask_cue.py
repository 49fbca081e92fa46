"""Carried masks: two observations a frame, by hand."""

from dataclasses import replace

import numpy as np
import pytest
from tracking_scenes import frame, observe

from mots_plugin.tracking import CarriedMaskCue, Lifecycle, Stage, StagedTracker

BOXES = [[0, 0, 4, 4], [6, 6, 8, 8]]


def observed(overlaps, boxes=BOXES):
    """Observations numbered through, each with its overlap with every mask carried from the frame before."""
    return replace(observe(boxes), carried_overlaps=np.array(overlaps, np.float32), rows=np.arange(len(boxes)))


def tracker() -> StagedTracker:
    return StagedTracker([Stage([CarriedMaskCue()], max_cost=0.5)], Lifecycle(birth_score=0.5, keep_alive=5))


def test_cost_is_one_minus_the_overlap_with_the_mask_of_the_track():
    first, tracks = observed(np.zeros((2, 0))), tracker()
    tracks.track(first, frame(0))

    cost = CarriedMaskCue().cost(tracks.bank, observed([[0.25, 0.75], [0.5, 0.0]]), frame(1))

    np.testing.assert_allclose(cost, [[0.75, 0.5], [0.25, 1.0]])


def test_identities_follow_the_masks_when_the_objects_change_places():
    tracks = tracker()
    assert tracks.track(observed(np.zeros((2, 0))), frame(0)).ids.tolist() == [1, 2]

    swapped = tracks.track(observed([[0.0, 0.9], [0.8, 0.1]]), frame(1))

    assert dict(zip(swapped.ids.tolist(), swapped.rows.tolist(), strict=True)) == {1: 1, 2: 0}


def test_a_track_that_was_not_seen_in_the_frame_before_overlaps_with_nothing():
    tracks = tracker()
    tracks.track(observed(np.zeros((2, 0))), frame(0))
    tracks.track(observed([[0.9, 0.0]], BOXES[:1]), frame(1))

    cost = CarriedMaskCue().cost(tracks.bank, observed([[0.3], [0.7]]), frame(2))

    np.testing.assert_allclose(cost, [[0.7, 0.3], [1.0, 1.0]])


def test_rows_are_those_of_all_observations_also_after_a_selection():
    chosen = observed([[0.1, 0.2], [0.3, 0.4]]).select([1])
    assert chosen.rows.tolist() == [1]
    np.testing.assert_allclose(chosen.carried_overlaps, [[0.3, 0.4]])


def test_a_model_without_motion_head_is_named_as_the_cause():
    tracks = tracker()
    tracks.track(observe(BOXES), frame(0))
    with pytest.raises(ValueError, match="the model needs a motion head"):
        tracks.track(observe(BOXES), frame(1))
