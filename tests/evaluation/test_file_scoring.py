"""Scores of tracks on disk: every layout gives the same numbers, and every fault is named."""

from __future__ import annotations

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import numpy as np
import pytest
from random_tracks import perturb, random_truth

from mots_plugin.evaluation.benchmarks import BENCHMARKS, choose_benchmark
from mots_plugin.evaluation.file_scoring import FileScores, score_files
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.id_png import write_id_png_folder
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.seqmap import SequenceRange

ROOT = Path(__file__).resolve().parents[2]
Scenes = dict[str, tuple[MaskTracks, MaskTracks]]


@pytest.fixture(scope="module")
def scenes() -> Scenes:
    rng = np.random.default_rng(5)
    truths = {name: random_truth(rng, 6, (12, 10), 6) for name in ("0002", "0006")}
    return {name: (truth, perturb(truth, rng, jitter=1)) for name, truth in truths.items()}


@pytest.fixture
def folders(tmp_path: Path, scenes: Scenes) -> tuple[Path, Path]:
    for name, (truth, predictions) in scenes.items():
        write_mots_txt(tmp_path / "gt" / f"{name}.txt", truth)
        write_mots_txt(tmp_path / "pred" / f"{name}.txt", predictions)
    return tmp_path / "gt", tmp_path / "pred"


def score(truth: Path, predictions: Path, sequences=None, workers=1, **options) -> FileScores:
    benchmark = choose_benchmark("kitti_mots", options)
    return score_files(truth, predictions, benchmark, ["smotsa", "hota", "idf1", "clear"], sequences, workers)


def lay_out(folder: Path, layout: str, name: str, tracks: MaskTracks) -> None:
    if layout == "png":
        write_id_png_folder(folder / "instances" / name, tracks, range(6), 12, 10)
    else:
        write_mots_txt(folder / layout.format(name=name), tracks)


@pytest.mark.parametrize(
    "layout",
    [
        "instances_txt/{name}.txt",
        "training/instances_txt/{name}.txt",
        "label_02/{name}.txt",
        "data/{name}.txt",
        "tracks/{name}.txt",
        "{name}/gt/gt.txt",
        "png",
    ],
)
@pytest.mark.parametrize("zipped", [False, True])
def test_every_layout_gives_the_same_scores(
    tmp_path: Path, folders: tuple[Path, Path], scenes: Scenes, layout: str, zipped: bool
) -> None:
    expected = score(*folders).summary
    place = tmp_path / "other"
    for name, (truth, predictions) in scenes.items():
        lay_out(place / "gt", layout, name, truth)
        lay_out(place / "pred", layout, name, predictions)
    (place / "gt" / "README.txt").write_text("Not a sequence.\n")
    sides = [place / "gt", place / "pred"]
    if zipped:
        for row, side in enumerate(sides):
            sides[row] = side.with_suffix(".zip")
            with zipfile.ZipFile(sides[row], "w") as archive:
                for path in side.rglob("*.*"):
                    archive.write(path, path.relative_to(side))
    assert score(*sides).summary == expected


def test_sequences_may_be_called_by_number(folders: tuple[Path, Path]) -> None:
    truth, predictions = folders
    expected = score(*folders).summary["sequences"]["0002"]
    (predictions / "0002.txt").rename(predictions / "MOTS20-02.txt")
    scores = score(truth, predictions, sequences=[SequenceRange("2", 0, 5)])
    assert scores.summary["sequences"] == {"0002": expected}


def test_frames_are_inferred_unless_they_are_given(tmp_path: Path, draw) -> None:
    write_mots_txt(tmp_path / "gt" / "0002.txt", draw("11......"))
    write_mots_txt(tmp_path / "pred" / "0002.txt", draw("11......", "22......", "22......"))
    sides = tmp_path / "gt", tmp_path / "pred"
    assert score(*sides).summary["car"]["FAR"] == 2 / 3
    assert score(*sides, sequences=[SequenceRange("0002", 0, 7)]).summary["car"]["FAR"] == 2 / 8
    with pytest.raises(FaultySequenceError, match=r"0002\.txt:3: frame 2 is out of range: .* 0 to 1"):
        score(*sides, sequences=[SequenceRange("0002", 0, 1)])


def test_seqinfo_tells_the_length_of_a_sequence(tmp_path: Path, draw) -> None:
    folder = tmp_path / "gt" / "MOTS20-02"
    write_mots_txt(folder / "gt" / "gt.txt", draw("aa......", first_frame=1))
    (folder / "seqinfo.ini").write_text("[Sequence]\nname=MOTS20-02\nseqLength=4\nimWidth=8\nimHeight=1\n")
    write_mots_txt(tmp_path / "pred" / "MOTS20-02.txt", draw("bb......", first_frame=3))
    scores = score_files(tmp_path / "gt", tmp_path / "pred", BENCHMARKS["mots_challenge"])
    assert scores.summary["pedestrian"]["FAR"] == 1 / 4
    assert list(scores.summary) == ["pedestrian", "all", "sequences"]


def test_workers_change_nothing(folders: tuple[Path, Path]) -> None:
    assert score(*folders, workers=2).summary == score(*folders).summary


def test_id_switches_as_the_paper_defines_them(tmp_path: Path, draw) -> None:
    write_mots_txt(tmp_path / "gt" / "0002.txt", draw("11......", "11......", "11......"))
    write_mots_txt(tmp_path / "pred" / "0002.txt", draw("11......", "........", "22......"))
    sides = tmp_path / "gt", tmp_path / "pred"
    assert score(*sides).summary["car"]["IDSW"] == 1
    assert score(*sides).summary["car"]["MOTA"] == pytest.approx(1 / 3)
    assert score(*sides, id_switches="predecessor").summary["car"]["IDSW"] == 0
    assert score(*sides, id_switches="predecessor").summary["car"]["MOTA"] == pytest.approx(2 / 3)


def test_only_some_classes(folders: tuple[Path, Path]) -> None:
    assert list(score(*folders, classes=("car",)).summary) == ["car", "all", "sequences"]
    with pytest.raises(FormatError, match="there is no class dog; known are: car, pedestrian; .* dog=3"):
        score(*folders, classes=("dog",))


def test_missing_files_are_named(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    truth, predictions = folders
    (predictions / "0006.txt").unlink()
    with pytest.raises(FormatError, match=r"pred: has no sequence 0006; write an empty result for it"):
        score(truth, predictions)
    with pytest.raises(FormatError, match=r"gt: has no sequence 0009"):
        score(truth, predictions, sequences=[SequenceRange("0009")])
    with pytest.raises(FormatError, match="nowhere: not found"):
        score(tmp_path / "nowhere", predictions)
    (tmp_path / "empty").mkdir()
    with pytest.raises(FormatError, match="empty: holds no masks of any sequence"):
        score(tmp_path / "empty", predictions)
    (tmp_path / "fake.zip").write_text("no")
    with pytest.raises(FormatError, match=r"fake\.zip: is neither a folder nor a zip file"):
        score(tmp_path / "fake.zip", predictions)


def test_faults_of_all_sequences_are_listed(folders: tuple[Path, Path]) -> None:
    truth, predictions = folders
    for name in ("0002", "0006"):
        path = predictions / f"{name}.txt"
        first_line = path.read_text().splitlines()[0]
        path.write_text(f"{path.read_text()}{first_line}\n7 5\n" if name == "0002" else f"{first_line}\n{first_line}\n")
    with pytest.raises(FaultySequenceError) as caught:
        score(truth, predictions, workers=2)
    listed = [f"{Path(fault.file).name} {fault.kind}" for fault in caught.value.faults]
    assert listed == ["0002.txt fields", "0006.txt duplicate", "0006.txt overlap"]


def test_overlaps_are_resolved_by_order_when_told_so(tmp_path: Path, draw) -> None:
    first, second = draw("1111...."), draw("..2222..")
    write_mots_txt(tmp_path / "gt" / "0002.txt", draw("111122.."))
    overlapping = MaskTracks([0, 0], [1, 2], [1, 1], first.masks + second.masks)
    write_mots_txt(tmp_path / "pred" / "0002.txt", overlapping)
    with pytest.raises(FaultySequenceError, match="2 pixels"):
        score(tmp_path / "gt", tmp_path / "pred")
    scores = score(tmp_path / "gt", tmp_path / "pred", fix_overlaps=True)
    assert scores.remarks == {"0002": "2 pixels of overlapping masks given to the mask that comes first"}
    assert scores.summary["car"]["sMOTSA"] == 1.0


def test_a_mask_that_loses_all_its_pixels_is_gone(tmp_path: Path, draw) -> None:
    masks = draw("1111....").masks + draw(".22.....").masks
    write_mots_txt(tmp_path / "gt" / "0002.txt", draw("1111...."))
    write_mots_txt(tmp_path / "pred" / "0002.txt", MaskTracks([0, 0], [1, 2], [1, 1], masks))
    assert score(tmp_path / "gt", tmp_path / "pred", fix_overlaps=True).summary["car"]["FP"] == 0


def run_tool(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(ROOT / "tools" / "eval_tracks.py"), *arguments]
    return subprocess.run(command, capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})


def test_the_tool_writes_table_and_json(tmp_path: Path, folders: tuple[Path, Path]) -> None:
    truth, predictions = map(str, folders)
    json_file = tmp_path / "scores.json"
    done = run_tool("--gt", truth, "--pred", predictions, "--format", "kitti_mots", "--json", str(json_file))
    assert done.returncode == 0, done.stderr
    assert "all sequences" in done.stdout
    assert "0002" not in done.stdout
    numbers = json.loads(json_file.read_text())
    assert numbers.pop("inproc_s") > 0
    assert numbers == score_files(*folders, BENCHMARKS["kitti_mots"]).summary
    assert list(numbers) == ["car", "pedestrian", "all", "sequences"]


def test_the_tool_shows_sequences_and_several_metrics(folders: tuple[Path, Path]) -> None:
    truth, predictions = map(str, folders)
    arguments = ["--gt", truth, "--pred", predictions, "--format", "kitti_mots", "--eval", "hota", "idf1"]
    done = run_tool(*arguments, "--per-sequence")
    assert done.returncode == 0, done.stderr
    assert [done.stdout.count(word) for word in ("0002", "HOTA", "IDF1")] == [6, 3, 3]


def test_the_tool_ends_with_one_line_a_fault(folders: tuple[Path, Path]) -> None:
    truth, predictions = folders
    line = (predictions / "0002.txt").read_text().splitlines()[0]
    (predictions / "0002.txt").write_text(f"{line}\n{line}\n")
    done = run_tool("--gt", str(truth), "--pred", str(predictions), "--format", "kitti_mots")
    assert done.returncode == 1
    assert [text.startswith("error: ") for text in done.stderr.splitlines()] == [True, True]
    unknown = run_tool("--gt", str(truth), "--pred", str(predictions), "--format", "kitti_mots", "--eval", "mota")
    assert unknown.stderr == "error: metrics: there is no metric mota; known are: smotsa, hota, idf1, clear\n"


def test_help_imports_nothing_heavy() -> None:
    """So that it answers at once."""
    code = (
        "import sys, runpy; sys.argv = ['eval_tracks.py', '--help']\n"
        f"try: runpy.run_path({str(ROOT / 'tools' / 'eval_tracks.py')!r}, run_name='__main__')\n"
        "except SystemExit: print({'torch', 'mmengine', 'mmdet', 'scipy', 'cv2'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(ROOT)})
    assert done.stdout.splitlines()[-1] == "set()"


def test_real_ground_truth_against_itself_scores_one(tmp_path: Path, shared_data: Path) -> None:
    truth = shared_data / "mots20_05_gt"
    scores = score_files(truth, truth, BENCHMARKS["mots_challenge"], ["smotsa", "hota", "idf1"])
    pedestrian = scores.summary["pedestrian"]
    assert [pedestrian[name] for name in ("sMOTSA", "MOTSA", "HOTA", "IDF1")] == [1.0] * 4
    assert (pedestrian["TP"], pedestrian["MT"]) == (6570, 103)
