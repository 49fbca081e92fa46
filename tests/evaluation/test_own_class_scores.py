"""Results of classes that MOTS does not have, scored against a COCO-video json, against text and against PNGs."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from mots_plugin.evaluation.benchmarks import choose_benchmark
from mots_plugin.evaluation.file_scoring import FileScores, score_files
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.id_png import id_png_values, write_id_png_folder
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.rle import encode_crop

COW, SHEEP, IGNORE = 3, 4, 10
NAMES = {COW: "cow", SHEEP: "sheep", IGNORE: "ignore"}


def square(x: int) -> dict:
    return encode_crop(np.ones((4, 4), bool), x, 2, 8, 32)


def tracks(*rows: tuple[int, int, int, int]) -> MaskTracks:
    """Squares: frame, instance, class and left edge of each."""
    columns = np.array(rows).reshape(-1, 4).T
    ids = np.where(columns[2] == IGNORE, 10_000, 1000 * columns[2] + columns[1])
    return MaskTracks(columns[0], ids, columns[2], [square(x) for x in columns[3].tolist()], name="field")


TRUTH = tracks((5, 1, COW, 0), (5, 1, SHEEP, 16), (7, 1, COW, 0), (7, 1, SHEEP, 16), (7, 0, IGNORE, 24))
FOUND = tracks((5, 1, COW, 0), (5, 1, SHEEP, 16), (7, 1, COW, 8), (7, 2, SHEEP, 16), (7, 2, COW, 24))
"""The cow is lost, the sheep changes its identity, and a false cow is excused."""


@pytest.fixture
def truth(tmp_path: Path) -> Path:
    """Frames 5, 6 and 7 of a field: every second one of what was filmed has number 6 in between."""
    frames = VideoFrames("field", [5, 6, 7], [f"field/{number}.png" for number in (5, 6, 7)], 8, 32)
    write_coco_video(tmp_path / "val.json", from_mask_tracks([(frames, TRUTH)], class_names=NAMES))
    return tmp_path / "val.json"


@pytest.fixture
def results(tmp_path: Path) -> Path:
    write_mots_txt(tmp_path / "pred" / "field.txt", FOUND)
    return tmp_path / "pred"


def score(truth: Path, results: Path, *classes: str, benchmark: str = "kitti_mots") -> FileScores:
    options = {"classes": list(classes)} if classes else {}
    return score_files(truth, results, choose_benchmark(benchmark, options, truth), ["smotsa", "clear"])


def check(scores: FileScores) -> None:
    cow, sheep = scores.summary["cow"], scores.summary["sheep"]
    assert (cow["TP"], cow["FP"], cow["FN"], cow["IDSW"]) == (1, 1, 1, 0)
    assert (sheep["TP"], sheep["FP"], sheep["FN"], sheep["IDSW"]) == (2, 0, 0, 1)
    assert sheep["sMOTSA"] == pytest.approx(0.5)


@pytest.mark.parametrize("benchmark", ["kitti_mots", "mots_challenge"])
def test_a_json_brings_its_classes_and_frames(truth, results, benchmark):
    scores = score(truth, results, benchmark=benchmark)
    check(scores)
    assert list(scores.summary) == ["cow", "sheep", "all", "sequences"]
    assert scores.summary["cow"]["FAR"] == pytest.approx(1 / 3)
    assert scores.remarks == {}
    assert list(score(truth, results, "sheep").summary) == ["sheep", "all", "sequences"]


def test_results_may_be_a_json_too(truth, tmp_path):
    frames = VideoFrames("field", [5, 6, 7], [f"field/{number}.png" for number in (5, 6, 7)], 8, 32)
    write_coco_video(tmp_path / "pred.json", from_mask_tracks([(frames, FOUND)], class_names=NAMES))
    check(score(truth, tmp_path / "pred.json"))
    other = MaskTracks([5], [1], [3], [square(0)])
    names = {3: "sheep", IGNORE: "ignore"}
    write_coco_video(tmp_path / "other.json", from_mask_tracks([(frames, other)], class_names=names))
    with pytest.raises(FormatError, match=r"other\.json: class sheep has number 3, not 4; number classes alike"):
        score(truth, tmp_path / "other.json")


@pytest.mark.parametrize("png", [False, True])
def test_text_and_pngs_need_names_with_numbers(tmp_path, png):
    for side, masks in (("gt", TRUTH), ("pred", FOUND)):
        if png:
            write_id_png_folder(tmp_path / side / "instances" / "field", masks, (5, 6, 7), 8, 32)
        else:
            write_mots_txt(tmp_path / side / "field.txt", masks)
    check(score(tmp_path / "gt", tmp_path / "pred", "cow=3", "sheep=4"))
    if png:
        message = r"000005\.png: pixel value 3001 is of class 3, which is unknown; values are 1000 to 1999 for cars"
        with pytest.raises(FormatError, match=message):
            score(tmp_path / "gt", tmp_path / "pred")


def test_results_under_numbers_that_nobody_knows_are_remarked(truth, tmp_path):
    """As a model's labels counted from 1 would be: what is a cow counts as no class at all."""
    write_mots_txt(tmp_path / "pred" / "field.txt", tracks((5, 1, 1, 0), (5, 1, 2, 16), (7, 1, 1, 0)))
    scores = score(truth, tmp_path / "pred")
    assert scores.remarks == {"field": "3 results of class 1, 2 count for nothing, known are 3 (cow), 4 (sheep)"}
    assert scores.summary["cow"]["FN"] == 2


def test_faults_of_results_do_not_blame_their_classes(truth, tmp_path):
    """Sheep in a video of which the ground truth has none are no fault; two of them in one place are."""
    frames = VideoFrames("field", [5], ["field/5.png"], 8, 32)
    write_coco_video(truth, from_mask_tracks([(frames, tracks((5, 1, COW, 0)))], class_names=NAMES))
    write_mots_txt(tmp_path / "pred" / "field.txt", tracks((5, 1, SHEEP, 16), (5, 2, SHEEP, 18)))
    with pytest.raises(FaultySequenceError) as caught:
        score(truth, tmp_path / "pred")
    assert [fault.kind for fault in caught.value.faults] == ["overlap"]


@pytest.mark.parametrize(
    ("classes", "problem"),
    [
        (["cow"], "there is no class cow; known are: car, pedestrian; give a class of your own its number, cow=3"),
        (["cow=x"], "'cow=x' is not NAME=NUMBER; give the class's number"),
        (["cow=10"], "'cow=10' is not NAME=NUMBER"),
        (["cow=1", "car"], "two classes have one number; number them apart"),
    ],
)
def test_classes_that_make_no_sense(classes, problem):
    with pytest.raises(FormatError, match=problem):
        choose_benchmark("kitti_mots", {"classes": classes})


def test_a_class_number_that_no_png_holds():
    with pytest.raises(FormatError, match="class id 66 .* is 66001, more than 16 bits hold; write text instead of PNG"):
        id_png_values(tracks((0, 1, 66, 0)))
