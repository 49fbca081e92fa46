"""tools/train.py: a training that ends, is killed, is interrupted, is repeated."""

import os
import signal
import subprocess
import time
from pathlib import Path

import pytest
import torch
from command_lines import ENVIRONMENT, ROOT, run, train_command

from mots_plugin.apis.checkpoints import read_checkpoint

MORE_THAN_ANYONE_WAITS_FOR = 10_000


def weights(checkpoint: Path) -> dict[str, torch.Tensor]:
    return read_checkpoint(checkpoint)["state_dict"]


def last_iteration(work_dir: Path) -> int:
    """Iteration of the checkpoint that the work dir calls its last."""
    return int(Path((work_dir / "last_checkpoint").read_text()).stem.removeprefix("iter_"))


def train_until_a_checkpoint(street: Path, work_dir: Path) -> subprocess.Popen:
    """Start a long training, in a process group of its own, and come back when it has written a checkpoint."""
    process = subprocess.Popen(
        train_command(street, work_dir, MORE_THAN_ANYONE_WAITS_FOR),
        cwd=ROOT,
        env=ENVIRONMENT,
        start_new_session=True,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    patience = time.monotonic() + 120
    while not (work_dir / "last_checkpoint").exists():
        assert process.poll() is None, process.communicate()[1][-2000:]
        assert time.monotonic() < patience, "no checkpoint within two minutes"
        time.sleep(0.1)
    return process


def test_training_leaves_checkpoints_and_says_where(work_dir):
    assert sorted(path.name for path in work_dir.glob("*.pth")) == ["iter_2.pth", "iter_4.pth"]
    assert last_iteration(work_dir) == 4
    assert (work_dir / "stdout.txt").read_text().splitlines()[-1] == f"checkpoints and logs: {work_dir}"
    before, after = weights(work_dir / "iter_2.pth"), weights(work_dir / "iter_4.pth")
    unchanged = [name for name in before if torch.equal(before[name], after[name])]
    assert unchanged == []


def test_the_same_seed_gives_the_same_weights(street, work_dir, tmp_path):
    assert run(train_command(street, tmp_path, 2)).returncode == 0
    first, second = weights(work_dir / "iter_2.pth"), weights(tmp_path / "iter_2.pth")
    assert first.keys() == second.keys()
    different = [name for name in first if not torch.equal(first[name], second[name])]
    assert different == []


def test_resume_after_a_kill_in_the_middle_of_writing_a_checkpoint(street, tmp_path):
    process = train_until_a_checkpoint(street, tmp_path)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    done_so_far = last_iteration(tmp_path)
    whole = (tmp_path / f"iter_{done_so_far}.pth").read_bytes()
    (tmp_path / f"iter_{done_so_far + 2}.pth").write_bytes(whole[: len(whole) // 2])

    resumed = run(train_command(street, tmp_path, done_so_far + 2, "--resume"))
    assert resumed.returncode == 0, resumed.stderr[-2000:]
    assert f"iter: {done_so_far}\n" in resumed.stdout + resumed.stderr  # mmengine: "resumed epoch: 0, iter: 2"
    assert last_iteration(tmp_path) == done_so_far + 2
    assert (tmp_path / f"iter_{done_so_far + 2}.pth").stat().st_size >= len(whole)  # written anew


def test_ctrl_c_leaves_a_work_dir_that_resumes(street, tmp_path):
    process = train_until_a_checkpoint(street, tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 130
    assert f"the same command with --resume continues from the last checkpoint in {tmp_path}" in stdout
    assert stderr.splitlines()[-1] == "stopped"
    assert "Traceback" not in stderr

    done_so_far = last_iteration(tmp_path)
    resumed = run(train_command(street, tmp_path, done_so_far + 1, "--resume"))
    assert resumed.returncode == 0, resumed.stderr[-2000:]
    assert last_iteration(tmp_path) == done_so_far + 1


@pytest.mark.slow
def test_resume_without_a_checkpoint_starts_at_the_beginning(street, tmp_path):
    begun = run(train_command(street, tmp_path, 1, "--resume"))
    assert begun.returncode == 0, begun.stderr[-2000:]
    assert f"note: no checkpoint in {tmp_path} yet, so training starts from the beginning" in begun.stdout
    assert last_iteration(tmp_path) == 1
