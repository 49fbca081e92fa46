"""Boxes on disk: what each rule of a benchmark does, layouts, classes of one's own, and every fault named."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from mots_plugin.evaluation.benchmarks import choose_benchmark
from mots_plugin.evaluation.file_scoring import score_files
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.evaluation.tables import format_summary
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.seqmap import SequenceRange

ROOT = Path(__file__).resolve().parents[2]
ON_FIRST, ON_SECOND, ELSEWHERE = "10,10,40,80", "100,10,40,80", "300,10,40,80"
KITTI_ON_FIRST, KITTI_ELSEWHERE = "10 10 50 90", "300 10 340 90"


def write(path: Path, *lines: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(f"{line}\n" for line in lines))


def score(folder: Path, benchmark: str, sequences: list[SequenceRange] | None = None, **options: Any) -> dict[str, Any]:
    chosen = choose_benchmark(benchmark, options)
    return score_files(folder / "gt", folder / "pred", chosen, list(chosen.metrics), sequences).summary


def counts(scores: dict[str, Any]) -> tuple[int, int, int]:
    return scores["TP"], scores["FP"], scores["FN"]


def test_metrics_of_two_objects_and_three_frames(tmp_path: Path) -> None:
    """One object is followed by 5, lost, and followed by 6; the other is never found; one false alarm."""
    truth = [f"{frame},{track},{box},1,1,1" for frame in (1, 2, 3) for track, box in ((1, ON_FIRST), (2, ON_SECOND))]
    write(tmp_path / "gt" / "MOT17-02" / "gt" / "gt.txt", *truth)
    found = [f"1,5,{ON_FIRST},1,-1,-1,-1", f"2,7,{ELSEWHERE},1,-1,-1,-1", "3,6,10,10,40,60,1,-1,-1,-1"]
    write(tmp_path / "pred" / "MOT17-02.txt", *found)
    pedestrian = score(tmp_path, "mot")["pedestrian"]
    assert counts(pedestrian) == (2, 1, 4)
    assert [pedestrian[name] for name in ("IDSW", "Frag", "MT", "PT", "ML")] == [1, 1, 0, 1, 1]
    assert pedestrian["MOTA"] == 0
    assert pedestrian["MOTP"] == (1 + 0.75) / 2
    assert pedestrian["MODA"] == pytest.approx(1 / 6)
    assert (pedestrian["IDTP"], pedestrian["IDF1"]) == (1, pytest.approx(2 / 9))
    assert all(isinstance(pedestrian[name], int) for name in ("TP", "FP", "FN", "IDSW", "Frag", "MT", "IDTP"))


@pytest.mark.parametrize(
    ("sequence", "marked", "class_id", "expected"),
    [
        ("MOT17-02", 1, 1, (1, 0, 0)),
        ("MOT17-02", 0, 1, (0, 1, 0)),  # not to be scored, and excuses nothing
        ("MOT17-02", 0, 7, (0, 0, 0)),  # a static person is a distractor
        ("MOT17-02", 0, 3, (0, 1, 0)),  # a car is not
        ("MOT17-02", 0, 6, (0, 1, 0)),  # nor is a vehicle without motor, ...
        ("MOT20-01", 0, 6, (0, 0, 0)),  # ... save in MOT20
    ],
)
def test_what_a_box_of_motchallenge_does_to_a_prediction_on_it(
    tmp_path: Path, sequence: str, marked: int, class_id: int, expected: tuple[int, int, int]
) -> None:
    write(tmp_path / "gt" / f"{sequence}.txt", f"1,1,{ON_FIRST},{marked},{class_id},1")
    write(tmp_path / "pred" / f"{sequence}.txt", f"1,1,{ON_FIRST},1,-1,-1,-1")
    assert counts(score(tmp_path, "mot")["pedestrian"]) == expected


@pytest.mark.parametrize(
    ("kind", "levels", "box", "expected"),
    [
        ("Car", "0 0", KITTI_ON_FIRST, (1, 0, 0)),
        ("Car", "0 2", KITTI_ON_FIRST, (1, 0, 0)),
        ("Car", "0 3", KITTI_ON_FIRST, (0, 0, 0)),  # occlusion unknown
        ("Car", "1 0", KITTI_ON_FIRST, (0, 0, 0)),  # leaves the image
        ("Van", "0 0", KITTI_ON_FIRST, (0, 0, 0)),  # a distractor of cars
        ("Truck", "0 0", KITTI_ON_FIRST, (0, 1, 0)),
        ("DontCare", "-1 -1", "0 0 50 50", (0, 1, 0)),  # covers exactly half of the prediction
        ("DontCare", "-1 -1", "0 0 50 51", (0, 0, 0)),
        ("Car", "0 0", KITTI_ELSEWHERE, (0, 1, 1)),
    ],
)
def test_what_a_box_of_kitti_does_to_a_prediction(
    tmp_path: Path, kind: str, levels: str, box: str, expected: tuple[int, int, int]
) -> None:
    track = -1 if kind == "DontCare" else 1
    write(tmp_path / "gt" / "label_02" / "0000.txt", f"0 {track} {kind} {levels} 0 {box} 0 0 0 0 0 0 0")
    write(tmp_path / "pred" / "data" / "0000.txt", f"0 1 Car -1 -1 -10 {KITTI_ON_FIRST} -1 -1 -1 -1 -1 -1 -1 0.5")
    scores = score(tmp_path, "kitti_box")
    assert counts(scores["car"]) == expected
    assert counts(scores["pedestrian"]) == (0, 0, 0)
    assert list(scores) == ["car", "pedestrian", "all", "sequences"]


def test_small_predictions_count_only_if_they_match(tmp_path: Path) -> None:
    write(tmp_path / "gt" / "0000.txt", "0 1 Car 0 0 0 10 10 50 35 0 0 0 0 0 0 0")
    small = ["0 1 Car -1 -1 -10 10 10 50 35", "0 2 Car -1 -1 -10 100 10 140 35", "0 3 Car -1 -1 -10 200 10 240 36"]
    write(tmp_path / "pred" / "0000.txt", *small)
    assert counts(score(tmp_path, "kitti_box")["car"]) == (1, 1, 0)


def test_classes_of_ones_own(tmp_path: Path) -> None:
    """Cars and bicycles are scored apart, by name or number; a crowd is a region, a motorbike a distractor."""
    truth = [f"1,1,{ON_FIRST},1,3,1", f"1,2,{ON_SECOND},1,4,1", f"1,3,{ELSEWHERE},1,5,1", "1,4,500,0,200,200,1,13,1"]
    write(tmp_path / "gt" / "a.txt", *truth)
    found = [f"1,1,{ON_FIRST},1,3", f"1,2,{ON_SECOND},1,3", f"1,3,{ELSEWHERE},1,4", "1,4,520,20,40,80,1,4"]
    write(tmp_path / "pred" / "a.txt", *found)
    plain = score(tmp_path, "mot", classes=["car", "4"])
    assert (counts(plain["car"]), counts(plain["bicycle"])) == ((1, 1, 0), (0, 2, 1))
    options = {"classes": ["car", "bicycle"], "distractors": ["motorbike"], "ignore_classes": ["13"]}
    excused = score(tmp_path, "mot", **options)
    assert (counts(excused["car"]), counts(excused["bicycle"])) == ((1, 1, 0), (0, 0, 1))
    assert counts(excused["all"]) == (1, 1, 1)


def test_types_of_ones_own_in_kitti_files(tmp_path: Path) -> None:
    write(tmp_path / "gt" / "0000.txt", "0 1 Bus 0 0 0 10 10 50 90", "0 2 Tractor 0 0 0 300 10 340 90")
    write(tmp_path / "pred" / "0000.txt", "0 1 bus 0 0 0 10 10 50 90", "0 2 bus 0 0 0 300 10 340 90")
    scores = score(tmp_path, "kitti_box", classes=["Bus"], distractors=["Tractor"])
    assert counts(scores["bus"]) == (1, 0, 0)
    assert counts(score(tmp_path, "kitti_box", classes=["Bus"], distractors=[], ignore_classes=["tractor"])["bus"]) == (
        1,
        0,
        0,
    )


def test_classes_that_make_no_sense() -> None:
    with pytest.raises(FormatError, match="there is no class dog; known are: pedestrian, .* crowd, and numbers"):
        choose_benchmark("mot", {"classes": ["dog"]})
    with pytest.raises(FormatError, match="a class is named twice; give each class one role"):
        choose_benchmark("mot", {"classes": ["car"], "distractors": ["3"]})
    with pytest.raises(FormatError, match="--fix-overlaps: means nothing for format mot; leave it out"):
        choose_benchmark("mot", {"fix_overlaps": True})


@pytest.mark.parametrize("layout", ["{name}/gt/gt.txt", "train/{name}/gt/gt.txt", "data/{name}.txt", "{name}.txt"])
@pytest.mark.parametrize("zipped", [False, True])
def test_layouts(tmp_path: Path, layout: str, zipped: bool) -> None:
    for side in ("gt", "pred"):
        for name in ("MOT17-02", "MOT17-04"):
            write(tmp_path / side / layout.format(name=name), f"1,1,{ON_FIRST},1,1,1")
        write(tmp_path / side / "README.txt", "Not a sequence.")
    sides = [tmp_path / "gt", tmp_path / "pred"]
    if zipped:
        for row, side in enumerate(sides):
            sides[row] = side.with_suffix(".zip")
            with zipfile.ZipFile(sides[row], "w") as archive:
                for path in side.rglob("*.txt"):
                    archive.write(path, path.relative_to(side))
    summary = score_files(*sides, choose_benchmark("mot", {}), workers=2).summary
    assert list(summary["sequences"]) == ["MOT17-02", "MOT17-04"]
    assert counts(summary["pedestrian"]) == (2, 0, 0)


@pytest.mark.parametrize("zipped", [False, True])
def test_seqinfo_tells_the_length_of_a_sequence(tmp_path: Path, zipped: bool) -> None:
    write(tmp_path / "gt" / "MOT17-02" / "gt" / "gt.txt", f"1,1,{ON_FIRST},1,1,1")
    write(tmp_path / "gt" / "MOT17-02" / "seqinfo.ini", "[Sequence]", "seqLength=4")
    write(tmp_path / "pred" / "MOT17-02.txt", f"3,1,{ON_FIRST},1")
    truth = tmp_path / "gt"
    if zipped:
        truth = tmp_path / "gt.zip"
        with zipfile.ZipFile(truth, "w") as archive:
            for path in (tmp_path / "gt").rglob("*.*"):
                archive.write(path, path.relative_to(tmp_path / "gt"))
    benchmark = choose_benchmark("mot", {})
    assert score_files(truth, tmp_path / "pred", benchmark).summary["pedestrian"]["FAR"] == 1 / 4
    with pytest.raises(FaultySequenceError, match=r"MOT17-02\.txt:1: frame 3 is out of range: .* has frames 1 to 2"):
        score_files(truth, tmp_path / "pred", benchmark, sequences=[SequenceRange("MOT17-02", 1, 2)])


def test_a_broken_seqinfo_is_named(tmp_path: Path) -> None:
    write(tmp_path / "gt" / "MOT17-02" / "gt" / "gt.txt", f"1,1,{ON_FIRST},1,1,1")
    write(tmp_path / "gt" / "MOT17-02" / "seqinfo.ini", "[Sequence]", "seqLength=many")
    with pytest.raises(FormatError, match=r"seqinfo\.ini: is no sequence info .*; write \[Sequence\] with seqLength"):
        score(tmp_path, "mot")


def test_frames_per_second_are_shown_where_the_results_tell_the_time(tmp_path: Path) -> None:
    """12 frames in 3 and 5 seconds; without the time of one sequence, only that of the other is known."""
    for side in ("gt", "pred"):
        write(tmp_path / side / "a.txt", f"9,1,{ON_FIRST},1,1,1")
        write(tmp_path / side / "b.txt", f"3,1,{ON_FIRST},1,1,1")
    assert "FPS" not in score(tmp_path, "mot")["pedestrian"]
    write(tmp_path / "pred" / "seconds.json", '{"a": 3, "b": 5}')
    scores = score(tmp_path, "mot")
    assert scores["pedestrian"]["FPS"] == 12 / 8
    assert scores["sequences"]["a"]["pedestrian"]["FPS"] == 3
    columns = choose_benchmark("mot", {}).metrics["clear"]
    assert [line.split()[-1] for line in format_summary(scores, columns).splitlines()] == [
        "FPS",
        "---",
        "1.5",
        "3.0",
        "0.6",
    ]
    write(tmp_path / "pred" / "seconds.json", '{"a": 3}')
    assert "FPS" not in score(tmp_path, "mot")["pedestrian"]
    write(tmp_path / "pred" / "seconds.json", '{"a": 0}')
    with pytest.raises(FormatError, match=r"seconds\.json: holds no seconds .*; write \{.sequence.: seconds"):
        score(tmp_path, "mot")


def test_all_faults_are_listed(tmp_path: Path) -> None:
    truth = [f"1,1,{ON_FIRST},1,1,1", f"1,2,{ON_SECOND},1,44,1", f"1,1,{ELSEWHERE},1,1,1"]
    write(tmp_path / "gt" / "MOT17-02.txt", *truth)
    found = [f"1,-1,{ON_FIRST},1", f"9,2,{ON_FIRST},1", "1,3,inf,1,2,3,1", "1,4", f"2,5,{ON_FIRST},1", "2,6,1,1,-5,2,1"]
    write(tmp_path / "pred" / "MOT17-02.txt", *found)
    with pytest.raises(FaultySequenceError) as caught:
        score(tmp_path, "mot", [SequenceRange("MOT17-02", 1, 5)])
    listed = sorted((Path(fault.file).parent.name, fault.place, fault.kind) for fault in caught.value.faults)
    assert listed == [
        ("gt", "2", "class"),
        ("gt", "3", "duplicate"),
        ("pred", "1", "number"),
        ("pred", "2", "range"),
        ("pred", "3", "number"),
        ("pred", "4", "fields"),
        ("pred", "6", "box"),
    ]


def test_boxes_without_a_class_need_one_if_several_are_scored(tmp_path: Path) -> None:
    for side in ("gt", "pred"):
        write(tmp_path / side / "a.txt", f"1,1,{ON_FIRST},1,-1,-1,-1")
    assert counts(score(tmp_path, "mot", classes=["car"])["car"]) == (1, 0, 0)
    with pytest.raises(FaultySequenceError, match=r"a\.txt:1: has no class; write one of 1, 2, "):
        score(tmp_path, "mot", classes=["car", "pedestrian"])


def test_metrics_of_masks_are_refused(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="there is no metric smotsa; known are: clear, hota, idf1"):
        score_files(tmp_path, tmp_path, choose_benchmark("mot", {}), ["smotsa"])


def test_the_tool_scores_boxes(tmp_path: Path) -> None:
    write(tmp_path / "gt" / "label_02" / "0000.txt", f"0 1 Car 0 0 0 {KITTI_ON_FIRST} 0 0 0 0 0 0 0")
    write(tmp_path / "pred" / "data" / "0000.txt", f"0 1 Car 0 0 0 {KITTI_ON_FIRST} 0 0 0 0 0 0 0 1")
    arguments = ["--gt", tmp_path / "gt", "--pred", tmp_path / "pred", "--format", "kitti_box", "--classes", "car"]
    command = [sys.executable, ROOT / "tools" / "eval_tracks.py", *arguments, "--json", tmp_path / "scores.json"]
    done = subprocess.run([*command, "--per-sequence"], capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert done.returncode == 0, done.stderr
    assert (
        done.stdout.splitlines()[0].split() == "car MOTA MOTP MODA IDS TP FP FN Frag MT PT ML recall precision".split()
    )
    assert done.stdout.splitlines()[3].split()[:5] == ["0000", "100.0", "100.0", "100.0", "0"]
    numbers = json.loads((tmp_path / "scores.json").read_text())
    assert numbers["car"]["MOTA"] == 1.0
    assert numbers["inproc_s"] > 0
