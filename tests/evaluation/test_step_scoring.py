"""Panoptic maps on disk, scored through the command line."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from panoptic_drawings import draw, random_panoptic_video

from mots_plugin.evaluation.benchmarks import choose_benchmark
from mots_plugin.evaluation.file_scoring import score_files
from mots_plugin.evaluation.functional.panoptic_overlaps import count_overlaps
from mots_plugin.evaluation.functional.pq import PQCounter
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.evaluation.functional.stq import STQCounter
from mots_plugin.evaluation.step_scoring import StepBenchmark
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.seqmap import SequenceRange
from mots_plugin.formats.step_classes import CLASS_LISTS
from mots_plugin.formats.step_png import panoptic_ids, write_step_png
from mots_plugin.toy_street import StreetSettings
from mots_plugin.toy_street.writer import write_sequence

ROOT = Path(__file__).resolve().parents[2]
NAMES = ["road", "sky", "car", "person"]


@pytest.fixture
def class_list(tmp_path):
    path = tmp_path / "classes.json"
    path.write_text(json.dumps({"classes": NAMES, "things": ["car", "person"]}))
    return str(path)


def run_tool(*arguments):
    command = [sys.executable, str(ROOT / "tools" / "eval_tracks.py"), "--format", "step", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=True, env={"PYTHONPATH": str(ROOT)}).stdout


def write_maps(folder, maps, first_frame=0):
    for frame, ids in enumerate(maps, first_frame):
        write_step_png(folder / f"{frame:06d}.png", ids)


@pytest.fixture
def folders(tmp_path):
    """Two sequences, of 6 and 3 frames."""
    for name, frames in (("0002", 6), ("0006", 3)):
        truths, predictions = random_panoptic_video(int(name), frames=frames)
        write_maps(tmp_path / "gt" / "panoptic_maps" / "val" / name, truths)
        write_maps(tmp_path / "pred" / name, predictions)
    return tmp_path / "gt", tmp_path / "pred"


def test_the_command_line_gives_the_numbers_of_the_functions(folders, class_list, tmp_path):
    gt, pred = folders
    report = tmp_path / "scores.json"
    arguments = ["--gt", gt, "--pred", pred, "--class-list", class_list, "--eval", "stq", "pq", "--per-sequence"]
    text = run_tool(*arguments, "--json", report)
    scores = json.loads(report.read_text())
    assert list(scores) == [*NAMES, "all", "sequences", "inproc_s"]
    classes = StepBenchmark(class_list).panoptic_classes
    stq, pq = [], []
    for name, frames in (("0002", 6), ("0006", 3)):
        counters = STQCounter(classes), PQCounter(classes)
        for pair in zip(*random_panoptic_video(int(name), frames=frames), strict=True):
            for counter in counters:
                counter.update(count_overlaps(*pair))
        stq.append(counters[0].result())
        pq.append(counters[1].result())
        assert scores["sequences"][name]["all"]["STQ"] == stq[-1].stq()
    assert scores["all"]["STQ"] == (stq[0] + stq[1]).stq()
    assert [scores[name]["TP"] for name in NAMES] == (pq[0] + pq[1]).tp.tolist()
    assert f"{100 * scores['all']['STQ']:.1f}" in text


def test_many_classes_share_a_table(tmp_path):
    write_maps(tmp_path / "0002", [panoptic_ids([[0, 11, 13]], [[0, 1, 1]])])
    assert run_tool("--gt", tmp_path, "--pred", tmp_path).splitlines()[:6] == [
        "all sequences    STQ     AQ     SQ",
        "-------------  -----  -----  -----",
        "all classes    100.0  100.0  100.0",
        "road               -      -  100.0",
        "person             -  100.0  100.0",
        "car                -  100.0  100.0",
    ]


def test_processes_and_zip_files_give_the_same(folders, class_list, tmp_path):
    gt, pred = folders
    with zipfile.ZipFile(tmp_path / "results.zip", "w") as archive:
        for path in sorted(pred.rglob("*.png")):
            archive.write(path, path.relative_to(pred))
    benchmark = StepBenchmark(class_list)
    plain = score_files(gt, pred, benchmark, list(benchmark.metrics))
    spread = score_files(gt, tmp_path / "results.zip", benchmark, list(benchmark.metrics), workers=2)
    assert spread.summary == plain.summary


def test_a_range_of_frames(folders, class_list):
    gt, pred = folders
    part = score_files(gt, pred, StepBenchmark(class_list), ["pq"], [SequenceRange("0002", 0, 1)])
    assert part.summary["road"]["TP"] + part.summary["road"]["FN"] == 2


def test_classes_of_ones_choice(folders, class_list):
    gt, pred = folders
    options = {"class_list": class_list, "classes": ["road", "car"]}
    scored = score_files(gt, pred, choose_benchmark("step", options), ["pq"]).summary
    assert list(scored) == ["road", "car", "all", "sequences"]
    ignored = {"class_list": class_list, "ignore_classes": ["sky", "person"]}
    assert score_files(gt, pred, choose_benchmark("step", ignored), ["pq"]).summary == scored


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"class_list": "kitti"}, "kitti: is no class list; known are: kitti_step, motchallenge_step, or a json file"),
        ({"classes": ["pedestrian"]}, "classes: there is no class pedestrian; known are: road, sidewalk"),
        ({"ignore_classes": list(CLASS_LISTS["kitti_step"].names)}, "classes: all classes are ignored"),
        ({"windows": [0]}, "windows: a window has at least 1 frame"),
        ({"fix_overlaps": True}, "--fix-overlaps: means nothing for format step; leave it out"),
    ],
)
def test_options_that_make_no_sense(options, message):
    with pytest.raises(FormatError) as caught:
        choose_benchmark("step", options)
    assert str(caught.value).startswith(message)


def test_all_faults_are_listed(folders, class_list):
    gt, pred = folders
    (pred / "0002" / "000001.png").unlink()
    write_step_png(pred / "0002" / "000002.png", np.zeros((3, 3), np.uint32))
    unknown = draw("__11")
    unknown[0, 0] = 9 << 16
    write_maps(pred / "0006", [unknown], first_frame=7)
    truth, _ = random_panoptic_video(6, frames=3)
    truth[1][0, 0] = 7 << 16
    write_step_png(pred / "0006" / "000001.png", truth[1])
    (pred / "0006" / "000002.png").write_bytes(b"no image")
    with pytest.raises(FaultySequenceError) as caught:
        score_files(gt, pred, StepBenchmark(class_list))
    assert [str(fault) for fault in caught.value.faults] == [
        f"{pred}: has no map of frame 1 of sequence 0002; predict every frame of the ground truth",
        f"{pred}/0002/000002.png: is of 3 x 3 pixels, the ground truth of 24 x 40; write maps at the size of the "
        "ground truth (height x width)",
        f"{pred}/0006/000007.png: frame 7 is out of range: the ground truth has frames 0 to 2; number the frames as "
        "the ground truth does, or remove the file",
        f"{pred}/0006/000001.png: has pixels of class 7, which is unknown; classes are 0 to 3 and 255 for void; name "
        "others by --class-list",
        f"{pred}/0006/000002.png: is not a PNG; write panoptic maps as 8-bit RGB PNG",
    ]


def test_ranges_that_the_ground_truth_does_not_have(folders, class_list):
    gt, pred = folders
    for wanted, message in (
        (SequenceRange("0002", 0, 9, "val.seqmap:1"), "has no map of frame 6 of sequence 0002"),
        (SequenceRange("0002", 7, None, "val.seqmap:1"), "has no frame of sequence 0002 in the wanted range"),
    ):
        with pytest.raises(FaultySequenceError, match=message):
            score_files(gt, pred, StepBenchmark(class_list), sequences=[wanted])


def test_maps_between_annotated_frames_are_not_scored(tmp_path, class_list):
    truth, prediction = draw("11__"), draw("____")
    write_maps(tmp_path / "pred" / "0002", [truth, prediction, truth])
    write_maps(tmp_path / "gt" / "0002", [truth])
    write_maps(tmp_path / "gt" / "0002", [truth], first_frame=2)
    scored = score_files(tmp_path / "gt", tmp_path / "pred", StepBenchmark(class_list), ["pq"])
    assert (scored.summary["car"]["TP"], scored.summary["car"]["FN"]) == (2, 0)


def test_the_toy_street_against_itself_is_perfect(tmp_path):
    write_sequence(tmp_path, StreetSettings(frames=2, width=160, height=96, objects=6, seed=1), 0, "val")
    benchmark = StepBenchmark(min_pixels=0)
    summary = score_files(tmp_path, tmp_path, benchmark, list(benchmark.metrics)).summary
    assert {name: summary["all"][name] for name in ("STQ", "AQ", "SQ", "PQ", "PAT", "TQ", "PTQ")} == pytest.approx(
        dict.fromkeys(("STQ", "AQ", "SQ", "PQ", "PAT", "TQ", "PTQ"), 1.0)
    )
    assert {"AQ", "TQ", "PAT"} <= set(summary["car"]) | set(summary["person"])
