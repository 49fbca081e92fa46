"""PQ and VPQ on drawings whose counts can be checked by eye."""

import numpy as np
import pytest
from panoptic_drawings import CAR, CLASSES, PERSON, ROAD, SKY, overlaps

from mots_plugin.evaluation.functional.pq import PQCounter, PQCounts, VPQCounter


def count(*frames: tuple[str, str], rules="panopticapi", min_pixels=0) -> PQCounts:
    counter = PQCounter(CLASSES, rules, min_pixels)
    for truth, prediction in frames:
        counter.update(overlaps(truth, prediction))
    return counter.result()


def of_class(counts: PQCounts, class_id: int) -> tuple[int, int, int, float]:
    return tuple(getattr(counts, name)[class_id].item() for name in ("tp", "fp", "fn", "iou"))


def test_pq_is_the_mean_iou_of_the_matched_times_their_share():
    counts = count(
        (
            """
            ~~~~~~~~
            ~11~~aa~
            _11__aa_
            ________
            """,
            """
            ~~~~~~~~
            ~11~~~~~
            _1____2_
            ________
            """,
        )
    )
    assert of_class(counts, CAR) == (1, 1, 0, 3 / 4)  # the person's foot is taken for a car
    assert of_class(counts, PERSON) == (0, 0, 1, 0.0)
    assert of_class(counts, SKY) == (1, 0, 0, 12 / 14)
    assert of_class(counts, ROAD) == (1, 0, 0, 12 / 14)
    assert counts.sq.tolist() == [6 / 7, 6 / 7, 3 / 4, 0]
    assert counts.rq.tolist() == [1, 1, 2 / 3, 0]
    np.testing.assert_allclose(counts.pq, [6 / 7, 6 / 7, 1 / 2, 0])


def test_half_an_overlap_is_no_match():
    assert of_class(count(("11__", "1___")), CAR) == (0, 1, 1, 0.0)


def test_counts_are_of_all_frames():
    counts = count(("11__", "11__"), ("11__", "____"), ("____", "_2__"))
    assert of_class(counts, CAR) == (1, 1, 1, 1.0)
    assert of_class(counts, ROAD) == (2, 1, 1, 1 + 3 / 4)  # 2 of 4 pixels is no match


@pytest.mark.parametrize("rules", ["panopticapi", "deeplab2", "nuscenes"])
def test_pixels_of_void_are_no_part_of_a_union(rules):
    assert of_class(count(("11##", "1111"), rules=rules), CAR) == (1, 0, 0, 1.0)


@pytest.mark.parametrize("rules", ["panopticapi", "deeplab2"])
def test_a_prediction_of_which_more_than_half_is_on_void_is_excused(rules):
    assert of_class(count(("__##", "_222"), rules=rules), CAR) == (0, 0, 0, 0.0)
    assert of_class(count(("__##", "_22_"), rules=rules), CAR) == (0, 1, 0, 0.0)


@pytest.mark.parametrize(
    ("rules", "expected"),
    [
        ("panopticapi", (0, 0, 0, 0.0)),  # neither missed nor a false alarm
        ("deeplab2", (1, 0, 0, 1.0)),  # a segment like others
        ("nuscenes", (0, 0, 0, 0.0)),  # its pixels do not exist
    ],
)
def test_what_a_crowd_is(rules, expected):
    assert of_class(count(("CCC_", "111_"), rules=rules), CAR) == expected


def test_a_crowd_excuses_its_own_class_only():
    counts = count(("CCC_", "aaa_"))
    assert of_class(counts, PERSON) == (0, 1, 0, 0.0)
    assert of_class(count(("CCC_", "aaa_"), rules="nuscenes"), PERSON) == (0, 0, 0, 0.0)


def test_small_segments_may_match_but_are_no_errors():
    assert of_class(count(("11__", "11__"), min_pixels=3), CAR) == (1, 0, 0, 1.0)
    assert of_class(count(("11__", "____"), min_pixels=3), CAR) == (0, 0, 0, 0.0)
    assert of_class(count(("11__", "____"), min_pixels=2), CAR) == (0, 0, 1, 0.0)
    assert of_class(count(("____", "11__"), min_pixels=3), CAR) == (0, 0, 0, 0.0)
    assert of_class(count(("____", "11__"), min_pixels=2), CAR) == (0, 1, 0, 0.0)


def test_ignored_classes_are_void():
    counter = PQCounter(CLASSES.only(["road", "car"]))
    counter.update(overlaps("11aa~__", "11_aa__"))
    counts = counter.result()
    assert of_class(counts, ROAD) == (1, 0, 0, 1.0)  # its pixel on the person does not count
    assert of_class(counts, CAR) == (1, 0, 0, 1.0)
    assert counts.present.tolist() == [True, False, True, False]


def test_vpq_matches_tubes_over_every_window():
    counter = VPQCounter(CLASSES, windows=(1, 2, 3))
    for prediction in ("11__", "11__", "22__"):  # the last frame has a new id
        counter.update(overlaps("11__", prediction))
    counts = counter.result()
    assert counts.tp[:, CAR].tolist() == [3, 1, 1]
    assert counts.iou[:, CAR].tolist() == [3.0, 1.0, 4 / 6]
    assert counts.fn[:, CAR].tolist() == [0, 1, 0]  # half of the second window's tube is no match
    assert counts.fp[:, CAR].tolist() == [0, 2, 1]
    assert counts.tp[:, ROAD].tolist() == [3, 2, 1]


def test_a_sequence_shorter_than_the_window_has_none():
    counter = VPQCounter(CLASSES, windows=(1, 2))
    counter.update(overlaps("11__", "11__"))
    assert counter.result().tp.sum(axis=1).tolist() == [2, 0]
    with pytest.raises(ValueError, match="at least 1 frame"):
        VPQCounter(CLASSES, windows=(0,))
