"""Errors and their reasons in scenes drawn frame by frame: one scene a reason."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest
from random_tracks import perturb, random_truth

from mots_plugin.evaluation.functional.error_reasons import REASONS, explain
from mots_plugin.evaluation.functional.mask_pairs import mask_pairs
from mots_plugin.evaluation.functional.mots import mots_counts
from mots_plugin.evaluation.functional.track_errors import find_track_errors
from mots_plugin.formats.mask_tracks import MaskTracks

NOTHING = "........ ........ ........ ........ ........ ........ ........ ........"
CAR_1 = "........ .1111... .1111... .1111... ........ ........ ........ ........"
CAR_2 = CAR_1.replace("1", "2")
CAR_3 = CAR_1.replace("1", "3")
SHIFTED_1 = "........ ........ ...1111. ...1111. ...1111. ........ ........ ........"
CORNER_1 = "........ ........ ........ ........ ........ ........ 111..... 111....."
CARS_1_AND_2 = "........ .111222. .111222. .111222. ........ ........ ........ ........"


def explained(
    truth: MaskTracks, predictions: MaskTracks, frames: int, small_area: int = 0
) -> list[tuple[str, int, int | None, int | None, str]]:
    """Kind, frame, ground-truth id, prediction id and reason of every error."""
    pairs = mask_pairs(truth, predictions, range(frames))
    errors = find_track_errors(pairs, [1, 2])
    reasons = explain(pairs, errors, small_area).reasons
    return [
        (
            str(kind),
            int(pairs.ground_truth.frames[gt] if gt >= 0 else pairs.predictions.frames[prediction]),
            int(pairs.ground_truth.track_ids[gt]) if gt >= 0 else None,
            int(pairs.predictions.track_ids[prediction]) if prediction >= 0 else None,
            str(reason),
        )
        for kind, gt, prediction, reason in zip(
            errors.kinds, errors.gt_rows, errors.prediction_rows, reasons, strict=True
        )
    ]


def test_a_perfect_result_has_no_errors(draw) -> None:
    assert explained(draw(CAR_1, CAR_1), draw(CAR_2, CAR_2), 2) == []


# Misses and false positives that another mask explains: found in one frame.


def test_wrong_class(draw) -> None:
    pedestrian = CAR_1.replace("1", "a")
    assert explained(draw(CAR_1), draw(pedestrian), 1) == [
        ("miss", 0, 1, None, "wrong class"),
        ("false positive", 0, None, 101, "wrong class"),
    ]


def test_merged_mask(draw) -> None:
    truth = "........ 1111..22 1111..22 1111..22 ........ ........ ........ ........"
    both = "........ 77777777 77777777 77777777 ........ ........ ........ ........"
    # The prediction is most like car 1, by an IoU of one half, and covers car 2 as well.
    assert explained(draw(truth), draw(both), 1) == [("miss", 0, 2, None, "merged mask")]
    three = "........ .1.2.3.. .1.2.3.. .1.2.3.. ........ ........ ........ ........"
    over_all = "........ .77777.. .77777.. .77777.. ........ ........ ........ ........"
    assert explained(draw(three), draw(over_all), 1) == [
        ("miss", 0, 1, None, "merged mask"),
        ("miss", 0, 2, None, "merged mask"),
        ("miss", 0, 3, None, "merged mask"),
        ("false positive", 0, None, 7, "merged mask"),
    ]


def test_split(draw) -> None:
    halves = "........ .7788... .7788... .7.88... ........ ........ ........ ........"
    assert explained(draw(CAR_1), draw(halves), 1) == [
        ("false positive", 0, None, 7, "split"),
    ]
    thirds = "........ .7.9.... .7.988.. .78988.. ........ ........ ........ ........"
    assert {error[-1] for error in explained(draw(CAR_1), draw(thirds), 1)} == {"split"}


def test_low_iou(draw) -> None:
    assert explained(draw(CAR_1), draw(SHIFTED_1), 1) == [
        ("miss", 0, 1, None, "low IoU"),
        ("false positive", 0, None, 1, "low IoU"),
    ]


def test_partly_ignored(draw) -> None:
    region = "........ ........ ........ ........ ........ ......## ......## ......##"
    alarm = "........ ........ ........ ........ ........ ...77777 ...77777 ...77777"
    assert explained(draw(region), draw(alarm), 1) == [("false positive", 0, None, 7, "partly ignored")]


def test_background_and_small(draw) -> None:
    assert explained(draw(NOTHING), draw(CAR_1), 1) == [("false positive", 0, None, 1, "background")]
    assert explained(draw(NOTHING), draw(CAR_1), 1, small_area=13) == [("false positive", 0, None, 1, "small")]


# Misses that only circumstances explain: no prediction near.


def test_not_detected_and_small(draw) -> None:
    truth, predictions = draw(CAR_1, CAR_1), draw(CAR_1, NOTHING)
    assert explained(truth, predictions, 2) == [("miss", 1, 1, None, "not detected")]
    assert explained(truth, predictions, 2, small_area=13) == [("miss", 1, 1, None, "small")]
    assert explained(truth, predictions, 2, small_area=12) == [("miss", 1, 1, None, "not detected")]


def test_occluded_by_a_nearer_object(draw) -> None:
    behind = "........ 1111.... 11222... 11222... ..222... ..222... ........ ........"
    assert explained(draw(behind, behind), draw(behind, behind.replace("1", ".")), 2) == [
        ("miss", 1, 1, None, "occluded")
    ]
    # Car 1 is the nearer one, for it reaches further down; nothing hides it.
    assert explained(draw(behind, behind), draw(behind, behind.replace("2", ".")), 2) == [
        ("miss", 1, 2, None, "not detected")
    ]


def test_occluded_by_something_without_annotation(draw) -> None:
    rest = "........ .1...... .1...... .1...... ........ ........ ........ ........"
    assert explained(draw(CAR_1, rest, CAR_1), draw(CAR_1, NOTHING, CAR_1), 3) == [("miss", 1, 1, None, "occluded")]
    less = "........ .111.... .1111... .1111... ........ ........ ........ ........"
    assert explained(draw(CAR_1, less), draw(CAR_1, NOTHING), 2) == [("miss", 1, 1, None, "not detected")]


def test_entered_and_left(draw) -> None:
    entering = "........ 1....... 1....... ........ ........ ........ ........ ........"
    truth, predictions = (entering, CAR_1, entering), (NOTHING, CAR_1, NOTHING)
    errors = explained(draw(*truth, CORNER_1.replace("1", "2")), draw(*predictions, CORNER_1.replace("1", "2")), 4)
    assert errors == [("miss", 0, 1, None, "entered"), ("miss", 2, 1, None, "left the image")]
    # When the video ends, nobody knows whether the object would have left.
    assert explained(draw(*truth), draw(*predictions), 3)[1] == ("miss", 2, 1, None, "not detected")
    # Away from the edge, a last frame is a miss like any other.
    assert explained(draw(CAR_1, CAR_1), draw(CAR_1, NOTHING), 2) == [("miss", 1, 1, None, "not detected")]


def test_late_first_match_is_an_entry_for_five_frames_only(draw) -> None:
    errors = explained(draw(*[CAR_1] * 7), draw(*[NOTHING] * 6, CAR_1), 7)
    assert [error[-1] for error in errors] == ["entered"] * 5 + ["not detected"]


# False positives that the track's past or future explains.


def test_prediction_of_an_object_that_has_left_or_ended(draw) -> None:
    leaving = "........ 111..... 111..... 111..... ........ ........ ........ ........"
    assert explained(draw(leaving, NOTHING), draw(leaving, leaving), 2) == [
        ("false positive", 1, None, 1, "left the image")
    ]
    assert explained(draw(CAR_1, NOTHING), draw(CAR_1, CAR_1), 2) == [("false positive", 1, None, 1, "object gone")]


def test_prediction_of_an_object_that_is_hidden_for_a_while(draw) -> None:
    assert explained(draw(CAR_1, NOTHING, CAR_1), draw(CAR_1, CAR_1, CAR_1), 3) == [
        ("false positive", 1, None, 1, "occluded")
    ]


def test_prediction_that_drifts_off_its_object(draw) -> None:
    assert explained(draw(CAR_1, CAR_1), draw(CAR_1, CORNER_1), 2) == [
        ("miss", 1, 1, None, "not detected"),
        ("false positive", 1, None, 1, "drifted"),
    ]


def test_prediction_before_its_object(draw) -> None:
    assert explained(draw(NOTHING, CAR_1), draw(CAR_1, CAR_1), 2) == [("false positive", 0, None, 1, "entered")]


def test_the_past_is_forgotten_after_ten_frames(draw) -> None:
    truth, predictions = draw(CAR_1, *[NOTHING] * 11), draw(*[CAR_1] * 12)
    reasons = [error[-1] for error in explained(truth, predictions, 12)]
    assert reasons == ["object gone"] * 10 + ["background"]


# Id switches from one frame to the next.


def test_ids_of_two_objects_are_exchanged(draw) -> None:
    swapped = CARS_1_AND_2.translate(str.maketrans("12", "21"))
    assert explained(draw(CARS_1_AND_2, CARS_1_AND_2), draw(CARS_1_AND_2, swapped), 2) == [
        ("id switch", 1, 1, 2, "lookalike"),
        ("id switch", 1, 2, 1, "lookalike"),
    ]


def test_new_id_and_back(draw) -> None:
    assert explained(draw(CAR_1, CAR_1, CAR_1), draw(CAR_1, CAR_2, CAR_1), 3) == [
        ("id switch", 1, 1, 2, "new id"),
        ("id switch", 2, 1, 1, "switch back"),
    ]


def test_old_id_stays_on_a_part_of_the_object(draw) -> None:
    parts = "........ .2221... .2221... .2221... ........ ........ ........ ........"
    assert explained(draw(CAR_1, CAR_1), draw(CAR_1, parts), 2) == [
        ("id switch", 1, 1, 2, "split"),
        ("false positive", 1, None, 1, "split"),
    ]


def test_old_id_still_touches_the_object(draw) -> None:
    parts = "........ .2222... .1222... .1222... 11...... 11...... ........ ........"
    assert explained(draw(CAR_1, CAR_1), draw(CAR_1, parts), 2) == [
        ("id switch", 1, 1, 2, "low IoU"),
        ("false positive", 1, None, 1, "low IoU"),
    ]


def test_old_id_goes_on_with_both_objects(draw) -> None:
    truth = "........ 1111..22 1111..22 1111..22 ........ ........ ........ ........"
    both = "........ 11111111 11111111 11111111 ........ ........ ........ ........"
    assert explained(draw(truth, truth), draw(both, truth.replace("1", "5").replace("2", "6")), 2) == [
        ("id switch", 1, 1, 5, "merged mask"),
        ("miss", 0, 2, None, "merged mask"),
    ]


def test_switch_behind_a_nearer_object(draw) -> None:
    behind = "........ 1111.... 11222... 11222... ..222... ..222... ........ ........"
    assert explained(draw(behind, behind), draw(behind, behind.replace("1", "3")), 2) == [
        ("id switch", 1, 1, 3, "occluded")
    ]


def test_object_jumps(draw) -> None:
    assert explained(draw(CAR_1, CORNER_1), draw(CAR_1, CORNER_1.replace("1", "2")), 2) == [
        ("id switch", 1, 1, 2, "fast motion")
    ]


# Switches and fragmentations over a gap: what happened in between.


def test_object_left_the_image_and_came_back(draw) -> None:
    leaving = "........ 11...... 11...... 11...... ........ ........ ........ ........"
    assert explained(draw(CAR_1, leaving, NOTHING, CAR_1), draw(CAR_1, leaving, NOTHING, CAR_2), 4) == [
        ("id switch", 3, 1, 2, "left the image")
    ]


def test_object_was_hidden_altogether(draw) -> None:
    nearby = CORNER_1.replace("1", "9")
    assert explained(draw(CAR_1, NOTHING, CAR_1), draw(CAR_1, NOTHING, CAR_2), 3) == [
        ("id switch", 2, 1, 2, "occluded")
    ]
    # With another object in between, trackeval counts the gap as a fragmentation too.
    errors = explained(draw(CAR_1, nearby, CAR_1), draw(CAR_1, nearby, CAR_2), 3)
    assert errors == [("id switch", 2, 1, 2, "occluded"), ("fragmentation", 2, 1, 2, "occluded")]


def test_the_commonest_reason_of_the_gap_counts(draw) -> None:
    truth = draw(*[CAR_1] * 5)
    errors = explained(truth, draw(CAR_1, SHIFTED_1, SHIFTED_1, NOTHING, CAR_3), 5)
    assert errors[:2] == [("id switch", 4, 1, 3, "low IoU"), ("fragmentation", 4, 1, 3, "low IoU")]
    errors = explained(truth, draw(CAR_1, SHIFTED_1, CORNER_1, CORNER_1, CAR_1), 5)
    assert errors[0] == ("fragmentation", 4, 1, 1, "not detected")


def test_ignore_regions_and_unscored_classes_are_no_errors(draw) -> None:
    region = CAR_1.replace("1", "#")
    assert explained(draw(region), draw(CAR_1), 1) == []
    pairs = mask_pairs(draw(CAR_1.replace("1", "a")), draw(CAR_2), range(1))
    assert find_track_errors(pairs, [2]).kinds.tolist() == ["miss"]


@pytest.mark.parametrize("sides", [(0, 1), (1, 0), (0, 0)])
def test_nothing_on_one_side_or_on_both(draw, sides: tuple[int, int]) -> None:
    frames = [(NOTHING, CAR_1)[side] for side in sides]
    assert len(explained(draw(frames[0]), draw(frames[1]), 1)) == sum(sides)


def test_errors_are_as_many_as_the_metric_counts() -> None:
    """Random sequences with ignore regions and two classes; every error gets a reason."""
    seen: Counter[str] = Counter()
    for seed in range(25):
        rng = np.random.default_rng(seed)
        truth = random_truth(rng, 10, (16, 20), 7)
        pairs = mask_pairs(truth, perturb(truth, rng, jitter=1), range(10))
        for class_id in (1, 2):
            errors = find_track_errors(pairs, [class_id])
            counts, found = mots_counts(pairs.of_class(class_id)), Counter(errors.kinds.tolist())
            assert [found[kind] for kind in ("id switch", "fragmentation", "miss", "false positive")] == [
                counts.id_switches,
                counts.fragmentations,
                counts.fn,
                counts.fp,
            ]
            seen.update(explain(pairs, errors, 4).reasons.tolist())
    assert set(seen) <= set(REASONS)
    assert len(seen) >= 14
