"""tools/track_detections.py: the tracks of tools/test.py, byte for byte, from its saved detections and no network."""

import json
import shutil
from pathlib import Path

import pytest
from command_lines import ANY_CONFIDENCE, CONFIG, error_line, options_for_testing, python, run, succeed

from mots_plugin.formats.detections_txt import read_detections_txt

HELD_OUT = ("0001", "0002")
TRACKER_OPTIONS = [option for option in ANY_CONFIDENCE if option.startswith("model.tracker")]


@pytest.fixture(scope="module")
def tested(street, work_dir, tmp_path_factory) -> Path:
    """Folder of a test run that saved its detections."""
    folder = tmp_path_factory.mktemp("saved_detections")
    command = python("tools/test.py", CONFIG, work_dir / "iter_4.pth", "--work-dir", folder / "work")
    command += ["--out", str(folder / "out"), "--save-detections", str(folder / "detections")]
    stdout = succeed([*command, "--cfg-options", *options_for_testing(street), *ANY_CONFIDENCE])
    assert f"detections: {folder / 'detections'}" in stdout
    return folder


def track(street: Path, detections: Path, out: Path, *arguments: str) -> list[str]:
    command = python("tools/track_detections.py", CONFIG, "--detections", detections, "--out", out, *arguments)
    return [*command, "--cfg-options", *options_for_testing(street), *TRACKER_OPTIONS]


def test_all_that_the_tracker_was_given_is_saved(tested):
    for name in HELD_OUT:
        found = read_detections_txt(tested / "detections" / f"{name}.txt")
        assert len(found) == 9 * 10  # ten of each frame pass at any confidence
        assert found.embeddings.shape == (90, 64)
        assert len(found.masks) == 90


@pytest.mark.parametrize("workers", ["1", "2"])
def test_tracks_and_scores_are_those_of_the_test_run(street, tested, tmp_path, workers):
    stdout = succeed(track(street, tested / "detections", tmp_path, "--workers", workers))

    for name in HELD_OUT:
        expected = (tested / "out" / "tracks" / f"{name}.txt").read_bytes()
        assert len(expected.splitlines()) > 20
        assert (tmp_path / "tracks" / f"{name}.txt").read_bytes() == expected
    scores = [json.loads((folder / "metrics.json").read_text()) for folder in (tmp_path, tested / "out")]
    assert scores[0] == scores[1]
    assert stdout.splitlines()[-2:] == [f"tracks: {tmp_path / 'tracks'}", f"metrics: {tmp_path / 'metrics.json'}"]


def test_detections_that_cannot_be_used_are_named_and_leave_nothing_half_written(street, tested, tmp_path):
    broken = tmp_path / "broken"
    shutil.copytree(tested / "detections", broken)
    (broken / "0002.txt").unlink()
    assert "has no 0002.txt; write one with tools/test.py --save-detections" in error_line(
        run(track(street, broken, tmp_path / "out"))
    )
    lines = (tested / "detections" / "0002.txt").read_text().splitlines()
    (broken / "0002.txt").write_text("\n".join([*lines[:-1], lines[-1].replace("8 ", "9 ", 1)]))
    assert "has a detection in frame 9, counted from 0, of a video of 9 frames" in error_line(
        run(track(street, broken, tmp_path / "out"))
    )
    assert [path.name for path in (tmp_path / "out" / "tracks").iterdir()] == ["0001.txt"]
    assert not (tmp_path / "out" / "metrics.json").exists()


def test_a_tracker_that_does_not_build_is_named(street, tested, tmp_path):
    command = track(street, tested / "detections", tmp_path, "--annotations", street / "annotations" / "val.json")
    wrong = run([*command, "model.tracker.overlap=top"])
    assert "overlap priority 'top' is none of score, bottom, None" in error_line(wrong)
