"""Hand-drawn frames; bodies are digits, 0 is scenery."""

import numpy as np

from mots_plugin.toy_street.renderer import Appearance, RenderedFrame
from mots_plugin.toy_street.statistics import StatisticsMeter, StreetStatistics, total


def frame(*rows, full=None, ignored=()):
    bodies = np.array([[int(pixel) for pixel in row] for row in rows])
    shown = np.unique(bodies[bodies > 0])
    areas = np.array([(bodies == body).sum() for body in shown])
    full_areas = areas if full is None else np.array(full)
    classes = np.where(np.isin(shown, ignored), 10, 2)
    flow = np.full((*bodies.shape, 2), (3.0, 4.0), np.float32)
    objects = Appearance(classes, classes, shown, shown, areas, full_areas, areas * 1.0, np.zeros((len(shown), 4), int))
    return RenderedFrame(np.zeros((*bodies.shape, 3), np.uint8), bodies, bodies, objects, flow, flow[..., 0] > 0)


def measure(*frames):
    meter = StatisticsMeter()
    for each in frames:
        meter.update(each)
    return meter.result


def test_masks_that_overlap_keep_their_identity():
    result = measure(frame("11002200"), frame("01100220"), frame("00110022"))

    assert (result.masks, result.tracks, result.overlap_switches) == (6, 2, 0)


def test_motion_is_that_of_the_scenery():
    result = measure(frame("0000"), frame("0000"))

    assert (result.background_motion, result.moving_frames) == (10.0, 2)  # flow (3, 4) in both frames


def test_a_jump_farther_than_the_mask_is_wide_is_a_switch():
    result = measure(frame("11000000"), frame("00110000"))

    assert result.overlap_switches == 1


def test_neighbours_that_step_into_each_others_place_are_two_switches():
    result = measure(frame("11220000"), frame("00112200"))

    # 1 takes over 2's identity, 2 gets a new one.
    assert result.overlap_switches == 2


def test_coming_back_after_an_occlusion_is_a_switch():
    result = measure(frame("1100"), frame("0000"), frame("1100"))

    assert (result.overlap_switches, result.tracks) == (1, 1)


def test_ignored_objects_are_neither_masks_nor_tracks():
    result = measure(frame("1122", ignored=[2]))

    assert (result.masks, result.ignored_masks, result.tracks) == (1, 1, 1)


def test_a_tenth_hidden_is_occluded():
    result = measure(frame("1" * 9 + "2" * 10, full=[10, 11]))

    assert result.occluded == 1


def test_totals_add_counts_and_keep_extremes():
    both = total(
        [
            StreetStatistics(frames=2, masks=4, lowest=0.2, highest=0.3).as_dict(),
            StreetStatistics(frames=1, masks=1, lowest=0.1, highest=0.25).as_dict(),
        ]
    )

    assert (both.frames, both.masks, both.lowest, both.highest) == (3, 5, 0.1, 0.3)
