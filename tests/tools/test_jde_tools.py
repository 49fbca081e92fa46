"""JDE from training to a picture of accuracy and time, and what happens when there are more people than it can tell."""

import json

import pytest
from command_lines import error_line, python, run, succeed

CONFIG = "configs/jde/jde_tiny_800i_toy-street.py"


def train(street, work_dir, *options) -> list[str]:
    short = ["train_cfg.max_iters=2", "train_dataloader.batch_size=2", "train_dataloader.num_workers=0"]
    short += ["train_dataloader.persistent_workers=False", f"train_dataloader.dataset.data_root={street}/"]
    return python("tools/train.py", CONFIG, "--work-dir", work_dir, "--cfg-options", *short, *options)


@pytest.mark.slow
def test_training_stops_before_its_first_step_when_the_head_knows_too_few_identities(street, tmp_path):
    key = "model.detector.bbox_head.identity_counts"
    line = error_line(run(train(street, tmp_path, f"{key}=[1,2]")))
    assert f"{key}=[1, 2], but the training data has [" in line
    assert f"write {key}=[" in line


@pytest.mark.slow
def test_jde_is_trained_tested_and_timed(street, tmp_path):
    out = tmp_path / "test"
    succeed(train(street, tmp_path))
    options = [f"test_dataloader.dataset.data_root={street}/", "model.detector.bbox_head.test_cfg.score_thr=0.0"]
    weights = tmp_path / "iter_2.pth"
    evaluate = ["--eval", "clear", "idf1", "ap", "--out", out, "--cfg-options", *options]
    succeed(python("tools/test.py", CONFIG, weights, "--work-dir", tmp_path, *evaluate))
    scores = json.loads((out / "metrics.json").read_text())
    assert scores["car"]["TP"] + scores["car"]["FN"] > 0
    assert {"car", "pedestrian", "mean"} == set(json.loads((out / "ap" / "metrics.json").read_text()))

    system = f"JDE={CONFIG},{weights},{out / 'metrics.json'}"
    arguments = ["--out", tmp_path / "picture", "--data", street, "--rounds", "1"]
    assert "MOTA" in succeed(python("tools/analysis/accuracy_and_time.py", *arguments, system))
    assert (tmp_path / "picture" / "figure4.png").read_bytes().startswith(b"\x89PNG")
    found = json.loads((tmp_path / "picture" / "metrics.json").read_text())
    assert found["systems"]["JDE"]["milliseconds"]["100"]["association"] > 0
    assert found["all"]["MOTA"] == scores["all"]["MOTA"]
