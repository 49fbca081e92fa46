"""Things of panoptic maps as objects to be matched."""

import numpy as np
from panoptic_drawings import CAR, CLASSES, PERSON, overlaps

from mots_plugin.evaluation.functional.panoptic_things import thing_pairs
from mots_plugin.evaluation.functional.track_history import follow_tracks


def history(*frames, class_id=CAR):
    return follow_tracks(thing_pairs(((f, overlaps(*maps)) for f, maps in enumerate(frames)), CLASSES), class_id)


def test_a_car_is_followed_missed_and_switched():
    found = history(("11__", "55__"), ("11__", "_5__"), ("11__", "____"), ("11__", "66__"))
    assert found.followers.tolist() == [5, 5, -1, 6]  # a half is enough
    assert found.switches.tolist() == [3]


def test_classes_do_not_match_each_other():
    frame = ("11__", "aa__")
    assert history(frame).missed.tolist() == [True]
    assert history(frame, class_id=PERSON).false_ids.tolist() == [1]


def test_void_and_crowds_excuse_predictions():
    assert history(("##__", "11__")).false_ids.tolist() == []
    assert history(("CC__", "11__")).false_ids.tolist() == []
    assert history(("PP__", "11__")).false_ids.tolist() == [1]  # a crowd of another class
    assert history(("#___", "111_")).false_ids.tolist() == [1]  # less than half of it


def test_void_is_no_part_of_a_union():
    pairs = thing_pairs([(3, overlaps("11##", "1111"))], CLASSES).counted(CAR).pairs
    assert pairs.similarities.tolist() == [1.0]
    assert pairs.gt_frames.tolist() == [3]


def test_crowds_are_no_truths():
    assert len(history(("CCC_", "____")).tracks) == 0


def test_a_sequence_without_things():
    found = history(("____", "____"))
    assert len(found.tracks) == len(found.false_ids) == 0
    assert np.array_equal(found.errors_in(range(1)), [0])
