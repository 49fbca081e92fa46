"""tools/train.py: a training that ends, is killed, is interrupted, is repeated."""

import os
import signal
from pathlib import Path

import pytest
import torch
from command_lines import last_iteration, run, start, train_command, wait_for_a_checkpoint

from mots_plugin.apis.checkpoints import read_checkpoint

MORE_THAN_ANYONE_WAITS_FOR = 10_000


def weights(checkpoint: Path) -> dict[str, torch.Tensor]:
    return read_checkpoint(checkpoint)["state_dict"]


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
    process = start(train_command(street, tmp_path, MORE_THAN_ANYONE_WAITS_FOR))
    wait_for_a_checkpoint(process, tmp_path)
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
    process = start(train_command(street, tmp_path, MORE_THAN_ANYONE_WAITS_FOR))
    wait_for_a_checkpoint(process, tmp_path)
    os.killpg(process.pid, signal.SIGINT)
    stdout, stderr = process.communicate(timeout=300)
    assert process.returncode == 130, stderr[-2000:]
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
