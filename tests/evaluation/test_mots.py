"""MOTS metrics on drawings whose counts can be checked by eye."""

import math

import numpy as np
import pytest

from mots_plugin.evaluation.functional.clear import ClearCounts, count_mots_tools_fragmentations
from mots_plugin.evaluation.functional.families import METRIC_FAMILIES, add_up, count_sequence, summarise
from mots_plugin.evaluation.functional.mask_pairs import mask_pairs
from mots_plugin.evaluation.functional.mots import mots_counts, mots_scores
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks

CAR, PEDESTRIAN = 1, 2

EMPTY = """
........
........
........
"""
CAR_1 = """
11......
11......
........
"""
CAR_2 = """
22......
22......
........
"""


def count(truth: MaskTracks, predictions: MaskTracks, frames: int, class_id: int = CAR, **rules: str) -> ClearCounts:
    pairs = mask_pairs(truth, predictions, range(frames))
    return mots_counts(pairs.of_class(class_id, strict=rules.get("rules") == "mots_tools"), **rules)


def test_ground_truth_against_itself_is_perfect(draw) -> None:
    scene = """
    11..aa..
    11..aa..
    ....a..#
    22.....#
    """
    truth = draw(scene, scene, EMPTY, scene)
    predictions = truth.select(truth.class_ids != 10)
    counts = count(truth, predictions, 4)
    assert counts == ClearCounts(frames=4, tp=6, mostly_tracked=2, similarity=6.0)
    scores = mots_scores(counts)
    perfect = ("sMOTSA", "MOTSA", "MOTSP", "MODSA", "MOTSAL", "recall", "precision", "F1")
    assert {name: scores[name] for name in perfect} == dict.fromkeys(perfect, 1.0)
    assert count(truth, predictions, 4, PEDESTRIAN).tp == 3


def test_soft_true_positives_are_the_ious(draw) -> None:
    truth = draw("1111.... 1111....")
    predictions = draw("111..... 111.....")  # 6 of 8 pixels
    scores = mots_scores(count(truth, predictions, 1))
    assert scores["sMOTSA"] == scores["MOTSP"] == 0.75
    assert scores["MOTSA"] == 1.0


def test_a_change_of_identity_is_one_switch(draw) -> None:
    counts = count(draw(CAR_1, CAR_1, CAR_1), draw(CAR_1, CAR_1, CAR_2), 3)
    assert counts == ClearCounts(frames=3, tp=3, id_switches=1, mostly_tracked=1, similarity=3.0)
    assert mots_scores(counts)["sMOTSA"] == mots_scores(counts)["MOTSA"] == pytest.approx(2 / 3)
    assert mots_scores(counts)["MOTSAL"] == 1.0  # log10(1) = 0
    assert mots_scores(counts)["MODSA"] == 1.0


def test_a_switch_over_a_gap_counts_except_in_the_papers_equation(draw) -> None:
    truth = draw(CAR_1, CAR_1, CAR_1)
    predictions = draw(CAR_1, EMPTY, CAR_2)
    assert count(truth, predictions, 3).id_switches == 1
    assert count(truth, predictions, 3, id_switch_rule="predecessor").id_switches == 0


def test_the_predecessor_is_the_previous_mask_of_the_track_however_long_ago(draw) -> None:
    truth = draw(CAR_1, EMPTY, CAR_1)
    predictions = draw(CAR_1, EMPTY, CAR_2)
    assert count(truth, predictions, 3, id_switch_rule="predecessor").id_switches == 1


def test_a_gap_is_a_fragmentation(draw) -> None:
    seen, missed = "11...... 11...... 9.......", "........ ........ 9......."
    counts = count(draw(seen, seen, seen, seen), draw(seen, missed, seen, seen), 4)
    assert (counts.fragmentations, counts.fn, counts.id_switches) == (1, 1, 0)
    assert (counts.mostly_tracked, counts.partly_tracked) == (1, 1)  # the bystander, and 3 of 4


def test_a_frame_without_any_prediction_does_not_end_a_run_for_trackeval(draw) -> None:
    truth, predictions = draw(CAR_1, CAR_1, CAR_1), draw(CAR_1, EMPTY, CAR_1)
    assert count(truth, predictions, 3).fragmentations == 0
    assert count(truth, predictions, 3, rules="mots_tools").fragmentations == 1


def test_a_switch_without_a_gap_is_a_fragmentation_for_mots_tools_only(draw) -> None:
    truth, predictions = draw(CAR_1, CAR_1, CAR_1), draw(CAR_1, CAR_2, CAR_2)
    assert count(truth, predictions, 3).fragmentations == 0
    assert count(truth, predictions, 3, rules="mots_tools").fragmentations == 1


@pytest.mark.parametrize(
    ("followers", "fragmentations"),
    [
        ([5, 5, 5], 0),
        ([5, -1, 5, 5], 1),
        ([5, -1, 5, -1], 0),  # the resumption lasts one object only
        ([5, -1, 5], 1),  # … unless it is the last
        ([-1, -1, 5], 1),  # the last object counts even if it is the first that is followed
        ([-1, 5, 5], 0),
        ([5, 7, 7], 1),
        ([-1], 0),
        ([5], 0),
        ([], 0),
    ],
)
def test_fragmentations_of_mots_tools(followers: list[int], fragmentations: int) -> None:
    tracks = np.zeros(len(followers), np.int64)
    assert count_mots_tools_fragmentations(tracks, np.array(followers)) == fragmentations
    # The same again after another track, which must not leak in.
    tracks, followers = np.append(np.zeros(3, np.int64), tracks + 1), [9, 9, 9, *followers]
    assert count_mots_tools_fragmentations(tracks, np.array(followers)) == fragmentations


def test_an_iou_of_one_half_matches_for_trackeval_only(draw) -> None:
    truth, predictions = draw("1111...."), draw("11......")
    assert count(truth, predictions, 1) == ClearCounts(frames=1, tp=1, mostly_tracked=1, similarity=0.5)
    strict = count(truth, predictions, 1, rules="mots_tools")
    assert strict == ClearCounts(frames=1, fp=1, fn=1, mostly_lost=1)


@pytest.mark.parametrize("order", ["12", "21"])
def test_of_two_equal_halves_the_one_that_continues_the_track_matches(draw, order: str) -> None:
    truth = draw("1111....", "1111....", "1111....")
    predictions = draw("2222....", "1122....", "1122....", order=order)
    counts = count(truth, predictions, 3)
    assert counts == ClearCounts(frames=3, tp=3, fp=2, mostly_tracked=1, similarity=2.0)


def test_more_than_half_inside_an_ignore_region_excuses_a_false_alarm(draw) -> None:
    truth = draw("1111.... ###..... ###.....")
    excused = draw("1111.... .222.... .22.....")  # 4 of 5 pixels inside
    assert count(truth, excused, 1) == ClearCounts(frames=1, tp=1, mostly_tracked=1, similarity=1.0)
    counted = draw("1111.... ..22.... ..22....")  # 2 of 4: exactly half
    assert count(truth, counted, 1).fp == 1


def test_a_match_inside_an_ignore_region_of_the_prediction_still_counts(draw) -> None:
    truth = draw("1111.... ###.....")
    predictions = draw("1111.... 111.....")  # IoU 4 / 7
    assert count(truth, predictions, 1) == ClearCounts(frames=1, tp=1, mostly_tracked=1, similarity=4 / 7)


def test_overlapping_ignore_regions_are_one_region(draw) -> None:
    first, second = draw("###....."), draw("..##....")
    truth = MaskTracks([0, 0], [10_000, 10_000], [10, 10], first.masks + second.masks, source="gt.txt")
    assert count(truth, draw("..11...."), 1).fp == 0
    assert count(truth, draw("...1111."), 1).fp == 1  # 1 of 4


def test_classes_do_not_match_each_other(draw) -> None:
    truth, predictions = draw("11..aa.."), draw("bb..aa..")
    assert count(truth, predictions, 1) == ClearCounts(frames=1, fn=1, mostly_lost=1)
    pedestrians = count(truth, predictions, 1, PEDESTRIAN)
    assert pedestrians == ClearCounts(frames=1, tp=1, fp=1, mostly_tracked=1, similarity=1.0)


def test_tracks_are_sorted_by_the_share_of_their_frames(draw) -> None:
    scene = "11223344"
    truth = draw(*[scene] * 10)
    shares = {"1": 9, "2": 8, "3": 2, "4": 1}  # matched frames of 10
    frames = ["".join(s if frame < shares[s] else "." for s in scene) for frame in range(10)]
    counts = count(truth, draw(*frames), 10)
    assert (counts.mostly_tracked, counts.partly_tracked, counts.mostly_lost) == (1, 2, 1)


def test_no_prediction_at_all(draw) -> None:
    counts = count(draw(CAR_1, CAR_1), draw(EMPTY, EMPTY), 2)
    assert counts == ClearCounts(frames=2, fn=2, mostly_lost=1)
    assert mots_scores(counts)["sMOTSA"] == mots_scores(counts)["MOTSP"] == mots_scores(counts)["precision"] == 0.0
    assert mots_scores(counts, rules="mots_tools")["MOTSP"] == math.inf


def test_no_ground_truth_at_all(draw) -> None:
    counts = count(draw(EMPTY, EMPTY), draw(CAR_1, EMPTY), 2)
    assert counts == ClearCounts(frames=2, fp=1)
    assert mots_scores(counts)["MOTSA"] == -1.0
    assert mots_scores(counts, single_sequence=True)["MOTSA"] == 0.0
    assert mots_scores(counts)["FAR"] == 0.5
    assert mots_scores(counts, rules="mots_tools")["MOTSA"] == -math.inf


def test_counts_add_up_before_ratios_are_taken(draw) -> None:
    scene = "11..aa.."
    short = draw(scene), draw("11......"), range(1)
    long = draw(*[scene] * 3), draw(*[scene] * 3), range(3)
    classes = {"car": CAR, "pedestrian": PEDESTRIAN}
    sequences = {name: count_sequence(*data, classes, METRIC_FAMILIES) for name, data in (("b", short), ("a", long))}
    summary = summarise(sequences, METRIC_FAMILIES)
    assert list(summary) == ["car", "pedestrian", "all", "sequences"]
    assert summary["pedestrian"]["MOTSA"] == 0.75  # not the mean of 0 and 1
    assert summary["all"]["MOTSA"] == 7 / 8
    assert list(summary["sequences"]) == ["a", "b"]
    assert summary["sequences"]["b"]["pedestrian"]["MOTSA"] == 0.0
    assert summary["sequences"]["b"]["all"]["FN"] == 1
    assert isinstance(summary["all"]["TP"], int)
    assert add_up([ClearCounts(tp=1), ClearCounts(tp=2, similarity=0.5)]) == ClearCounts(tp=3, similarity=0.5)


def test_overlapping_predictions_are_named_by_file_line_and_frame(draw) -> None:
    first, second = draw("1111....", name="results"), draw("...22...")
    predictions = MaskTracks([4, 4], [1, 2], [1, 1], first.masks + second.masks, [7, 8], "results.txt")
    message = r"results\.txt:8: .*track 2 .*1 pixel .*frame 4 .*track 1 .*line 7"
    with pytest.raises(FormatError, match=message):
        mask_pairs(draw("1......."), predictions, range(5))


def test_an_overlap_with_an_ignore_region_of_the_ground_truth_is_a_fault(draw) -> None:
    objects, region = draw("1111....", name="gt"), draw("...##...")
    truth = MaskTracks([0, 0], [1, 10_000], [1, 10], objects.masks + region.masks, [1, 2], "gt.txt")
    with pytest.raises(FormatError, match=r"gt\.txt:2: .* 1 pixel"):
        mask_pairs(truth, draw(EMPTY), range(1))


def test_an_id_twice_in_a_frame_is_named(draw) -> None:
    tracks = draw("11.22...", name="results")
    predictions = MaskTracks([0, 0], [3, 3], [1, 2], tracks.masks, [1, 2], "results.txt")
    with pytest.raises(FormatError, match=r"results\.txt:2: .*id 3 .*frame 0"):
        mask_pairs(draw("11......"), predictions, range(1))


def test_masks_of_another_size_are_named(draw) -> None:
    with pytest.raises(FormatError, match=r"drawn\.txt:1: mask of track 1 in frame 0 has image size 1 x 4, .* 1 x 8"):
        mask_pairs(draw("11......"), draw("11.."), range(1))


def test_frames_out_of_range_are_named_and_counted(draw) -> None:
    predictions = draw("11......", "11......", "11......", first_frame=1)
    message = r"drawn\.txt:2: frame 2 is out of range: sequence drawn has frames 0 to 1; .* \(and 1 more fault"
    with pytest.raises(FormatError, match=message):
        mask_pairs(draw("11......"), predictions, range(2))


def test_a_truncated_mask_is_named(draw) -> None:
    predictions = draw("11......", "..11....")
    predictions.masks[1]["counts"] = predictions.masks[1]["counts"][:-1]
    with pytest.raises(FormatError, match=r"drawn\.txt:2: run-length code"):
        mask_pairs(draw("11......"), predictions, range(2))


def test_a_code_that_only_this_reader_refuses_is_named_too(draw) -> None:
    """A number of seven digits: pycocotools would read it, though it writes six at most."""
    predictions = draw("11......")
    predictions.masks[0]["counts"] = b"PPPPPP0" + predictions.masks[0]["counts"][1:]
    with pytest.raises(FormatError, match=r"drawn\.txt.* run-length code .* too long"):
        mask_pairs(draw("11......"), predictions, range(1))
