"""Parity with the official implementations, whose numbers are kept beside this file with how they were made.

deeplab2, panopticapi and VPSNet compute in double precision; nuscenes-devkit keeps IoUs in single precision, so what is
made of IoUs is compared to 1e-7 there.
"""

import json
from functools import reduce
from operator import add
from pathlib import Path

import numpy as np
import pytest
from panoptic_drawings import CLASSES, random_panoptic_video
from panoptic_samples import PICTURE_CLASSES, coco_classes, coco_videos, deeplab2_pictures

from mots_plugin.evaluation.functional.panoptic_families import PanopticSequenceCounter, summarise_panoptic
from mots_plugin.evaluation.functional.panoptic_overlaps import count_overlaps
from mots_plugin.evaluation.functional.panoptic_scores import PanopticOptions

NUMBERS = json.loads((Path(__file__).parent / "panoptic_numbers.json").read_text())
RANDOM = sorted(NUMBERS["random"])
FAMILIES = ("stq", "pq", "vpq", "pat", "ptq")


class Results:
    """Our counts and scores of some videos, under any options."""

    def __init__(self, videos, classes):
        self.classes = classes
        self.tables = {
            name: [count_overlaps(*maps) for maps in zip(*video, strict=True)] for name, video in videos.items()
        }

    def count(self, options):
        counts = {}
        for name, tables in self.tables.items():
            counter = PanopticSequenceCounter(self.classes, FAMILIES, options)
            for table in tables:
                counter.update(table)
            counts[name] = counter.result()
        return counts

    def total(self, family, **options):
        return reduce(add, [counts[family] for counts in self.count(PanopticOptions(**options)).values()])

    def scores(self, **options):
        options = PanopticOptions(**options)
        return summarise_panoptic(self.count(options), self.classes, options)


def random_case(seed):
    videos = {"a": random_panoptic_video(2 * seed), "b": random_panoptic_video(2 * seed + 1, frames=9, objects=5)}
    return Results(videos, CLASSES), NUMBERS["random"][str(seed)]


@pytest.fixture(scope="module", params=[*RANDOM, "deeplab2_pictures", "coco_videos"])
def case(request):
    if request.param in RANDOM:
        return random_case(int(request.param))
    shared_data = request.getfixturevalue("shared_data")
    if request.param == "coco_videos":
        return Results(coco_videos(shared_data), coco_classes(shared_data)), NUMBERS["coco_videos"]
    return Results(deeplab2_pictures(shared_data), PICTURE_CLASSES), NUMBERS["deeplab2_pictures"]


def by_class(numbers, size):
    """A list, or a dictionary that leaves out zeros."""
    return numbers if isinstance(numbers, list) else [numbers.get(str(class_id), 0) for class_id in range(size)]


def assert_counts_equal(ours, official):
    for name in ("tp", "fp", "fn"):
        assert getattr(ours, name).tolist() == by_class(official[name], len(ours.tp))
    np.testing.assert_allclose(ours.iou, by_class(official["iou"], len(ours.iou)), rtol=0, atol=1e-12)


def test_stq_is_deeplab2s(case):
    results, official = case
    scores = results.scores()
    for name in ("STQ", "AQ", "SQ"):
        assert scores["all"][name] == pytest.approx(official["stq"][name], abs=1e-12)
    for sequence, numbers in official["stq"]["per_sequence"].items():
        ours = scores["sequences"][sequence]["all"]
        assert [ours[name] for name in ("STQ", "AQ", "SQ")] == pytest.approx(numbers, abs=1e-12)


def test_pq_is_panopticapis(case):
    results, official = case
    assert_counts_equal(results.total("pq"), official["pq_panopticapi"])
    scores = results.scores()["all"]
    for part, name in (("All", "PQ"), ("Things", "PQ_things"), ("Stuff", "PQ_stuff")):
        assert scores[name] == pytest.approx(official["pq_panopticapi"][part]["pq"], abs=1e-12)
    assert scores["PQ_SQ"] == pytest.approx(official["pq_panopticapi"]["All"]["sq"], abs=1e-12)
    assert scores["PQ_RQ"] == pytest.approx(official["pq_panopticapi"]["All"]["rq"], abs=1e-12)


def test_pq_is_deeplab2s_if_told_so(case):
    results, official = case
    assert_counts_equal(results.total("pq", pq_rules="deeplab2"), official["pq_deeplab2"])


def test_vpq_is_vpsnets(case):
    results, official = case
    counts = results.total("vpq")
    for row, length in enumerate((1, 2, 3, 4)):
        expected = official["vpq"][str(length)]
        assert counts.tp[row].tolist() == by_class(expected["tp"], len(results.classes.names))
        assert counts.fp[row].tolist() == by_class(expected["fp"], len(results.classes.names))
        assert counts.fn[row].tolist() == by_class(expected["fn"], len(results.classes.names))
    official_means = [official["vpq"][str(length)].get("All", {"pq": 0.0})["pq"] for length in (1, 2, 3, 4)]
    scores = results.scores()["all"]
    assert [scores[f"VPQ_{length}"] for length in (1, 2, 3, 4)] == pytest.approx(official_means, abs=1e-12)
    assert scores["VPQ"] == pytest.approx(np.mean(official_means), abs=1e-12)


def test_vpq_is_deeplab2s_if_told_so(case):
    results, official = case
    counts = results.total("vpq", windows=(2,), pq_rules="deeplab2")
    expected = official["vpq2_deeplab2"]
    assert counts.tp[0].tolist() == by_class(expected["tp"], len(results.classes.names))
    np.testing.assert_allclose(counts.iou[0], by_class(expected["iou"], len(results.classes.names)), atol=1e-12)


@pytest.mark.parametrize("min_pixels", [0, 15, 30])
@pytest.mark.parametrize("identity", ["instance", "class_and_instance"])
def test_pat_and_ptq_are_nuscenes(case, min_pixels, identity):
    results, official = case
    expected = official[f"nuscenes_{min_pixels}_{identity}"]
    options = {"min_pixels": min_pixels, "identity": identity, "absent_classes": "zero"}
    size = len(results.classes.names)
    segments = results.total("pat", **options).segments
    for name in ("tp", "fp", "fn"):
        assert getattr(segments, name).tolist() == by_class(expected[name], size)
    assert results.total("ptq", **options).switches.tolist() == by_class(expected["ids"], size)
    scores = results.scores(**options)["all"]
    assert scores["TQ"] == pytest.approx(expected["TQ"], abs=1e-12)
    for name, theirs in (("PAT", "PAT"), ("PAT_PQ", "PQ"), ("PTQ", "PTQ"), ("sPTQ", "sPTQ")):
        assert scores[name] == pytest.approx(expected[theirs], abs=1e-7)


def test_the_random_videos_have_every_kind_of_error():
    """Without these the parity above would say little."""
    cases = [random_case(int(seed))[0] for seed in RANDOM]
    ptq = reduce(add, [results.total("ptq") for results in cases])
    assert ptq.switches[2:].min() > 3
    assert min(ptq.segments.fp[2:].min(), ptq.segments.fn[2:].min()) > 10
    assert sum(results.total("stq").confusion[:-1, -1].sum() for results in cases) > 100  # predictions of void
    misses = [
        sum(results.total("pq", pq_rules=rules).fn.sum() for results in cases) for rules in ("panopticapi", "deeplab2")
    ]
    assert misses[0] < misses[1]  # crowds
