"""tools/tune_tracker.py as users call it, and its outcome handed to the next tool."""

import json
import sqlite3
from pathlib import Path

import numpy as np
import pytest
from command_lines import error_line, python, run, succeed

from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.detections_txt import format_detections
from mots_plugin.formats.rle import boxes

pytest.importorskip("optuna")
CONFIG = "configs/track_rcnn/track_rcnn_tiny-fpn_800i_toy-street_mask-iou.py"


@pytest.fixture(scope="module")
def detections(street, tmp_path_factory) -> Path:
    """Ground truth as detections: the true ones score 0.6 or more, each with a ghost of half that score."""
    folder = tmp_path_factory.mktemp("true_detections")
    truth = read_coco_video(street / "annotations" / "train.json")
    for video in truth.videos:
        tracks, rng = truth.mask_tracks(video["name"]), np.random.default_rng(0)
        lines = []
        for index, number in enumerate(truth.frames(video["name"]).frame_numbers):
            rows = np.flatnonzero((tracks.frames == number) & (tracks.class_ids != 10))
            masks = [tracks.masks[row] for row in rows] * 2
            scores = rng.uniform(0.6, 0.9, len(rows))
            found = np.concatenate([scores, scores / 2]).astype(np.float32)
            lines += format_detections(index, boxes(masks), found, tracks.class_ids[[*rows, *rows]], masks, None)
        (folder / f"{video['name']}.txt").write_text("".join(line + "\n" for line in lines))
    return folder


def tune(street: Path, detections: Path, out: Path, trials: int, *arguments: str) -> list[str]:
    command = python("tools/tune_tracker.py", CONFIG, "--detections", detections, "--out", out, "--trials", str(trials))
    options = ["--cfg-options", f"train_dataloader.dataset.data_root={street}/"]
    return [*command, "--workers", "1", *arguments, *options]


def finished_trials(out: Path) -> int:
    try:
        with sqlite3.connect(f"file:{out / 'study.db'}?mode=ro", uri=True) as study:
            return study.execute("SELECT COUNT(*) FROM trials WHERE state = 'COMPLETE'").fetchone()[0]
    except sqlite3.OperationalError:
        return 0


def test_the_outcome_is_a_config_for_the_next_tool(street, detections, tmp_path):
    stdout = succeed(tune(street, detections, tmp_path / "tuned", 6, "--per-class"))
    assert stdout.splitlines()[-1] == f"best tracker: {tmp_path / 'tuned' / 'best.py'}"
    assert [line.split(":")[0] for line in stdout.splitlines()[-4:-2]] == ["car", "pedestrian"]
    assert finished_trials(tmp_path / "tuned") == 12

    command = python("tools/track_detections.py", tmp_path / "tuned" / "best.py", "--detections", detections)
    options = [
        f"test_dataloader.dataset.data_root={street}/",
        "test_dataloader.dataset.ann_file=annotations/train.json",
    ]
    succeed([*command, "--out", str(tmp_path / "tracked"), "--cfg-options", *options])

    scores = json.loads((tmp_path / "tracked" / "metrics.json").read_text())
    printed = next(line for line in stdout.splitlines() if line.startswith("car: smotsa"))
    assert float(printed.split()[2]) == pytest.approx(100 * scores["car"]["sMOTSA"], abs=0.01)


def test_a_metric_that_does_not_exist_is_named(street, detections, tmp_path):
    line = error_line(run(tune(street, detections, tmp_path, 1, "--metric", "mota")))
    assert "there is no metric mota" in line
