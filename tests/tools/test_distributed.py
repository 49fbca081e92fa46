"""tools/dist_train.sh and tools/dist_test.sh: two processes that talk over gloo."""

import os
import signal
from pathlib import Path

import pytest
from command_lines import (
    ANY_CONFIDENCE,
    CONFIG,
    last_iteration,
    options_for_testing,
    options_for_training,
    python,
    run,
    start,
    succeed,
    wait_for_a_checkpoint,
)

from mots_plugin.apis.checkpoints import read_checkpoint


def dist_train(street: Path, work_dir: Path, iterations: int, *arguments: str) -> list[str]:
    launch = ["bash", "tools/dist_train.sh", CONFIG, "2", "--work-dir", str(work_dir), *arguments]
    return [*launch, "--cfg-options", *options_for_training(street, iterations)]


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_processes_write_the_same_bytes_as_one(street, work_dir, tmp_path):
    checkpoint, options = str(work_dir / "iter_4.pth"), [*options_for_testing(street), *ANY_CONFIDENCE]
    for out, launch in (
        ("one", python("tools/test.py", CONFIG, checkpoint)),
        ("two", ["bash", "tools/dist_test.sh", CONFIG, checkpoint, "2"]),
    ):
        work = ["--work-dir", str(tmp_path / "work"), "--out", str(tmp_path / out)]
        succeed([*launch, *work, "--cfg-options", *options])
    one, two = files_below(tmp_path / "one"), files_below(tmp_path / "two")
    assert sorted(one) == ["metrics.json", "tracks/0001.txt", "tracks/0002.txt"]
    assert one["tracks/0001.txt"].count(b"\n") > 20
    assert one == two


def test_two_processes_train_together(street, tmp_path):
    succeed(dist_train(street, tmp_path, 2))
    checkpoint = read_checkpoint(tmp_path / "iter_2.pth")
    assert checkpoint["meta"]["iter"] == 2
    assert not any(name.startswith("module.") for name in checkpoint["state_dict"])


def test_bad_input_ends_without_the_traceback_of_torchrun(street):
    command = ["bash", "tools/dist_test.sh", CONFIG, "no_such.pth", "2", "--cfg-options", *options_for_testing(street)]
    done = run(command)
    assert done.returncode == 1
    assert "error: no_such.pth: checkpoint not found; pass the .pth file that training wrote\n" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_ctrl_c_stops_both_and_resume_continues_both(street, tmp_path):
    process = start(dist_train(street, tmp_path, 10_000))
    wait_for_a_checkpoint(process, tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=300)
    assert process.returncode == 130
    assert stdout.count(f"the same command with --resume continues from the last checkpoint in {tmp_path}") == 1
    assert "Traceback" not in stderr

    done_so_far = last_iteration(tmp_path)
    succeed(dist_train(street, tmp_path, done_so_far + 1, "--resume"))
    assert last_iteration(tmp_path) == done_so_far + 1
