"""STQ on drawings whose counts can be checked by eye."""

import math

import numpy as np
import pytest
from panoptic_drawings import CAR, CLASSES, PERSON, ROAD, overlaps

from mots_plugin.evaluation.functional.stq import STQCounter, STQCounts


def count(*frames: tuple[str, str]) -> STQCounts:
    counter = STQCounter(CLASSES)
    for truth, prediction in frames:
        counter.update(overlaps(truth, prediction))
    return counter.result()


def test_stq_is_the_geometric_mean_of_association_and_segmentation():
    counts = count(
        (
            """
            1111____
            1111____
            """,
            """
            111_____
            111_____
            """,
        )
    )
    assert counts.aq == 6 * (6 / 8) / 8
    assert counts.sq() == pytest.approx((6 / 8 + 8 / 10) / 2)
    assert counts.stq() == pytest.approx(math.sqrt(0.5625 * 0.775))
    assert counts.confusion[CAR].tolist() == [2, 0, 6, 0, 0]
    assert counts.confusion[ROAD].tolist() == [8, 0, 0, 0, 0]


def test_a_change_of_id_halves_the_association():
    counts = count(("11__", "11__"), ("11__", "22__"))
    assert counts.tubes.tolist() == [0, 0, 1, 0]
    assert counts.aq == (2 * 2 / 4 + 2 * 2 / 4) / 4
    assert counts.sq() == 1.0


def test_tracks_are_as_long_as_the_sequence():
    counts = count(("11__", "11__"), ("____", "1___"), ("11__", "11__"))
    assert counts.aq == 4 * (4 / 5) / 4


def test_a_wrong_class_costs_segmentation_only():
    counts = count(("11__", "aa__"))
    assert counts.aq == 1.0
    assert counts.sq() == pytest.approx(1 / 3)  # road is right, cars and people are not


def test_every_track_counts_alike():
    counts = count(("1111aa__", "11112___"))
    assert counts.tubes.tolist() == [0, 0, 1, 1]
    assert counts.association.tolist() == [0, 0, 1.0, 1 * (1 / 2) / 2]
    assert counts.aq == (1 + 0.25) / 2


def test_crowds_are_taken_from_both_sides():
    assert count(("CC11", "1111")).aq == 1.0
    assert count(("CC11", "2211")).aq == 1.0
    assert count(("PP11", "1111")).aq == 1.0  # of whatever class
    assert count(("CC11", "1111")).tubes[CAR] == 1


def test_predictions_on_void_make_their_tracks_worse():
    counts = count(("##11", "1111"))
    assert counts.aq == 2 * (2 / 4) / 2
    assert counts.sq() == 1.0


def test_a_predicted_thing_without_instance_is_a_track():
    assert count(("11__", "CC__")).aq == 1.0


def test_predicted_void_is_a_class_without_truth_unless_told_otherwise():
    counts = count(("____", "__##"))
    assert counts.sq() == counts.sq("class") == (0.5 + 0) / 2
    assert counts.sq("miss") == 0.5
    assert counts.confusion[ROAD].tolist() == [2, 0, 0, 0, 2]


def test_annotated_void_is_not_scored():
    counts = count(("##__", "11__"))
    assert counts.sq() == 1.0
    ious, present = counts.iou()
    assert present.tolist() == [True, False, False, False, False]
    assert ious[ROAD] == 1.0


def test_without_tracks_or_classes_the_scores_are_zero():
    counts = STQCounter(CLASSES).result()
    assert (counts.aq, counts.sq(), counts.stq()) == (0.0, 0.0, 0.0)
    assert np.isfinite(count(("____", "____")).stq())


def test_sequences_add_up_and_share_no_ids():
    first, second = count(("11__", "11__")), count(("11__", "22__"))
    both = first + second
    assert both.aq == 1.0  # one track of the truth in each sequence
    assert both.tubes[CAR] == 2
    assert both.confusion.sum() == 8


def test_ignored_classes_are_void():
    counter = STQCounter(CLASSES.only(["road", "car"]))
    counter.update(overlaps("11aa~__", "11____a"))
    counts = counter.result()
    assert counts.tubes.tolist() == [0, 0, 1, 0]
    assert counts.confusion[:, PERSON].tolist() == [0] * 5
    assert counts.sq() == pytest.approx((1 / 2 + 1 + 0) / 3)  # of two pixels of road, one is missed
