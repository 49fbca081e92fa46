"""TQ, PAT and PTQ on drawings whose counts can be checked by eye."""

import math

import pytest
from panoptic_drawings import CAR, CLASSES, PERSON, ROAD, draw, overlaps

from mots_plugin.evaluation.functional.panoptic_overlaps import count_overlaps
from mots_plugin.evaluation.functional.panoptic_tracks import PATCounter, PATCounts
from mots_plugin.evaluation.functional.ptq import PTQCounter, PTQCounts
from mots_plugin.formats.step_png import panoptic_ids


def count(truth: str, *predictions: str, **options) -> PATCounts:
    """The same truth in every frame; small drawings need a small ``min_pixels``."""
    counter = PATCounter(CLASSES, **{"min_pixels": 1, **options})
    for prediction in predictions:
        counter.update(overlaps(truth, prediction))
    return counter.result()


def test_tq_is_made_of_association_and_id_switches():
    tracks = count("11__", "11__", "11__", "22__", "____").tracks
    assert tracks.tracks.tolist() == [0, 0, 1, 0]
    association = (2**2 / 4 + 1**2 / 4) / 4
    switches = 2  # from 1 to 2, and from 2 to none
    assert tracks.tq == pytest.approx(math.sqrt(association * (1 - switches / 3)))


def test_every_miss_is_a_switch():
    tracks = count("11__", "11__", "____", "____", "11__").tracks
    assert tracks.tq == pytest.approx(math.sqrt((2**2 / 4) / 4 * (1 - 3 / 3)))


def test_a_prediction_that_lives_on_elsewhere_associates_worse():
    tracks = count("11______", "11______", "_____11_", "_____11_").tracks
    assert tracks.tq == 0.0  # two switches of two
    counter = PATCounter(CLASSES, min_pixels=1)
    for truth, prediction in (("11__", "11__"), ("11__", "11__"), ("____", "11__")):
        counter.update(overlaps(truth, prediction))
    assert counter.result().tracks.tq == pytest.approx(math.sqrt(2**2 / (2 + 1) / 2))


def test_a_track_of_one_frame_cannot_switch():
    assert count("11__", "11__").tracks.tq == 1.0
    assert count("11__", "____").tracks.tq == 0.0


def test_masks_match_whatever_their_class():
    counts = count("11__", "aa__", "aa__")
    assert counts.tracks.tq == 1.0
    assert counts.segments.tp.tolist() == [2, 0, 0, 0]
    assert counts.segments.fp[PERSON] == counts.segments.fn[CAR] == 2


def test_a_mask_matches_above_half_of_the_union():
    assert count("11__", "1___", "1___").tracks.tq == 0.0
    assert count("111_", "11__", "11__").tracks.tq == 1.0


def test_objects_must_be_larger_than_the_least_size():
    counts = count("11a_", "11a_", "11a_")
    assert counts.tracks.tracks.tolist() == [0, 0, 1, 0]
    assert counts.segments.tp[PERSON] == 2
    assert count("11__", "11__", min_pixels=2).tracks.tracks.sum() == 0
    # The default is that of nuScenes' command line.
    squares = [panoptic_ids([[CAR] * size + [ROAD]], [[1] * size + [0]]) for size in (15, 16)]
    found = []
    for square in squares:
        counter = PATCounter(CLASSES)
        counter.update(count_overlaps(square, square))
        found.append(counter.result().tracks.tracks[CAR])
    assert found == [0, 1]


def test_crowds_and_void_take_no_part():
    counts = count("CC##11__", "111111__", "222211__")
    assert counts.tracks.tracks.tolist() == [0, 0, 1, 0]
    assert counts.tracks.tq == 1.0  # what lies on crowds and void is not seen
    assert counts.segments.fp.sum() == 0


def test_pixels_without_instance_are_of_no_track():
    assert count("11__", "CC__", "CC__").tracks.tq == 0.0


def test_what_makes_a_track_of_the_prediction():
    # A car and a person, both of instance 1, as KITTI-STEP numbers them: one track if instances alone are compared.
    truth = prediction = "11__aa__"
    assert count(truth, prediction, prediction).tracks.tq == 1.0
    assert count(truth, prediction, prediction, identity="instance").tracks.tq == 0.0
    # A car that is taken for a person for a while: the same track if instances alone are compared.
    predictions = ("11__", "aa__", "11__")
    assert count("11__", *predictions, identity="instance").tracks.tq == 1.0
    association = (2**2 / 3 + 1 / 3) / 3
    assert count("11__", *predictions).tracks.tq == pytest.approx(math.sqrt(association * (1 - 2 / 2)))


def count_ptq(*frames: tuple[str, str]) -> PTQCounts:
    counter = PTQCounter(CLASSES, min_pixels=1)
    for truth, prediction in frames:
        counter.update(overlaps(truth, prediction))
    return counter.result()


def test_ptq_takes_off_switches_between_adjacent_frames():
    counts = count_ptq(("1111____", "1111____"), ("1111____", "222_____"), ("1111____", "222_____"))
    assert counts.switches.tolist() == [0, 0, 1, 0]
    assert counts.switched_iou[CAR] == 3 / 4
    iou = 1 + 3 / 4 + 3 / 4
    assert counts.ptq(counts.switches)[CAR] == pytest.approx((iou - 1) / 3)
    assert counts.ptq(counts.switched_iou)[CAR] == pytest.approx((iou - 3 / 4) / 3)


def test_a_switch_across_a_miss_is_none():
    counts = count_ptq(("11__", "11__"), ("11__", "____"), ("11__", "22__"))
    assert counts.switches.sum() == 0
    assert counts.segments.fn[CAR] == 1


def test_only_things_switch():
    road = [draw("____"), panoptic_ids([[ROAD] * 4], [[9] * 4])]
    counter = PTQCounter(CLASSES, min_pixels=1)
    for prediction in road:
        counter.update(count_overlaps(road[0], prediction))
    assert counter.result().switches.tolist() == [0, 0, 0, 0]
