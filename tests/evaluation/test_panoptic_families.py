"""Names of the panoptic metrics, their numbers by class and sequence, and what must hold of any video."""

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from panoptic_drawings import CLASSES, PERSON, draw, overlaps, random_panoptic_video

from mots_plugin.evaluation.functional.panoptic_families import (
    PANOPTIC_FAMILIES,
    PanopticSequenceCounter,
    summarise_panoptic,
)
from mots_plugin.evaluation.functional.panoptic_overlaps import count_overlaps
from mots_plugin.evaluation.functional.panoptic_scores import PanopticOptions

HEADLINES = ("STQ", "AQ", "SQ", "PQ", "VPQ", "PAT", "TQ", "PTQ", "sPTQ")
OPTIONS = PanopticOptions(min_pixels=0)


def count(truths, predictions, classes=CLASSES, options=OPTIONS):
    counter = PanopticSequenceCounter(classes, PANOPTIC_FAMILIES, options)
    for pair in zip(truths, predictions, strict=True):
        counter.update(count_overlaps(*pair))
    return counter.result()


def scores(truths, predictions, options=OPTIONS):
    return summarise_panoptic({"video": count(truths, predictions, options=options)}, CLASSES, options)


def headlines(truths, predictions):
    return {name: scores(truths, predictions)["all"][name] for name in HEADLINES}


def test_each_class_has_the_metrics_that_mean_something_for_it():
    summary = scores([draw("~__11__"), draw("~__11__")], [draw("~__11__"), draw("~__22__")])
    assert summary["road"] == {
        "SQ": 1.0, "PQ": 1.0, "PQ_SQ": 1.0, "PQ_RQ": 1.0, "TP": 2, "FP": 0, "FN": 0, "VPQ": 0.5, "PAT_PQ": 1.0,
        "PTQ": 1.0, "sPTQ": 1.0, "PTQ_IDS": 0,
    }  # fmt: skip
    car = summary["car"]
    assert (car["AQ"], car["TQ"], car["PAT"], car["PTQ"], car["PTQ_IDS"]) == (0.5, 0.0, 0.0, 0.5, 1)
    assert summary["person"] == {}
    assert summary["sequences"]["video"]["all"] == summary["all"]
    # One frame: 1; two frames: road and sky 1, the car's tube is half another's; no windows of three and four.
    assert [summary["all"][f"VPQ_{length}"] for length in (1, 2, 3, 4)] == pytest.approx([1, 2 / 3, 0, 0])
    assert summary["all"]["VPQ"] == pytest.approx((1 + 2 / 3) / 4)


def test_things_and_stuff_are_averaged_apart():
    everything = scores([draw("~~__11aa")], [draw("~~__1111")])["all"]
    assert everything["PQ_stuff"] == 1.0
    assert everything["PQ_things"] == 0.0  # half of the car prediction is right, which is no match
    assert everything["PQ"] == 0.5
    assert (everything["TP"], everything["FP"], everything["FN"]) == (2, 1, 2)


def test_absent_classes_count_only_if_told_so():
    frames = [draw("__11")]
    assert scores(frames, frames)["all"]["PAT"] == 1.0
    published = scores(frames, frames, PanopticOptions(min_pixels=0, absent_classes="zero"))["all"]
    assert published["PAT_PQ"] == 0.5  # two of four classes
    assert published["PAT"] == pytest.approx(2 * 0.5 / 1.5)


def test_sequences_are_added_up_before_ratios_are_taken():
    long, short = [draw("11__")] * 3, [draw("11__")]
    sequences = {"long": count(long, [draw("____")] * 3), "short": count(short, short)}
    summary = summarise_panoptic(sequences, CLASSES, OPTIONS)
    assert summary["car"]["PQ"] == pytest.approx(1 / (1 + 3 / 2))
    assert summary["all"]["AQ"] == 0.5  # two tracks of the truth
    assert summary["sequences"]["short"]["car"]["PQ"] == 1.0


def test_an_ignored_class_is_not_reported():
    classes = CLASSES.without(["person"])
    frames = [draw("11aa__")]
    summary = summarise_panoptic({"video": count(frames, [draw("11____")], classes)}, classes, OPTIONS)
    assert "person" not in summary
    assert summary["all"]["PQ"] == 1.0


videos = st.integers(0, 10_000).map(lambda seed: random_panoptic_video(seed, frames=4, size=(12, 16), objects=4))
few = settings(deadline=None, max_examples=15)


@given(videos)
@few
def test_truth_against_itself_is_perfect(video):
    truths, _ = video
    assume(any((ids & 0xFFFF).any() for ids in truths))  # there is a track
    assert headlines(truths, truths) == pytest.approx(dict.fromkeys(HEADLINES, 1.0))


@given(videos)
@few
def test_scores_lie_between_0_and_1(video):
    values = headlines(*video)
    lower = {"PTQ": -1, "sPTQ": 0}  # as many switches as matches may cost more than all IoUs
    assert all(lower.get(name, 0) <= value <= 1 for name, value in values.items())
    assert values["PTQ"] <= values["sPTQ"] + 1e-12


@given(videos, st.permutations(range(1, 9)))
@few
def test_names_of_predicted_tracks_do_not_matter(video, names):
    truths, predictions = video
    table = np.array([0, *names], np.uint32)
    renamed = [ids & ~np.uint32(0xFFFF) | table[ids & 0xFFFF] for ids in predictions]
    assert headlines(truths, renamed) == pytest.approx(headlines(truths, predictions))


@given(videos)
@few
def test_mirrored_videos_score_alike(video):
    truths, predictions = video
    mirrored = headlines([ids[:, ::-1] for ids in truths], [ids[:, ::-1] for ids in predictions])
    assert mirrored == pytest.approx(headlines(truths, predictions))


def test_one_lost_person_costs_every_metric():
    truth = "~~__11aa"
    perfect, worse = headlines([draw(truth)], [draw(truth)]), headlines([draw(truth)], [draw("~~__11__")])
    assert all(worse[name] < perfect[name] for name in HEADLINES)
    assert overlaps(truth, "~~__11__").truth_classes.tolist().count(PERSON) == 1
