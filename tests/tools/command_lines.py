"""The tools as users call them: command lines in processes of their own, on a small rendered street."""

import os
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CONFIG = "configs/track_rcnn/track_rcnn_tiny-fpn_800i_toy-street.py"
ENVIRONMENT = {**os.environ, "OMP_NUM_THREADS": "1", "PYTHON": sys.executable}
ANY_CONFIDENCE = [
    "model.detector.test_cfg.rcnn.score_thr=0.0",
    "model.detector.test_cfg.rcnn.max_per_img=10",
    *(f"model.tracker.trackers.{label}.lifecycle.birth_score=0.0" for label in (0, 1)),
    *(f"model.tracker.trackers.{label}.lifecycle.min_score=0.0" for label in (0, 1)),
]
"""Overrides by which a network that has learnt nothing yet tracks ten objects a frame."""


def python(*arguments: str | Path) -> list[str]:
    return [sys.executable, *map(str, arguments)]


def run(command: list[str], timeout: float = 600) -> subprocess.CompletedProcess:
    """Run a command from the checkout to its end."""
    return subprocess.run(command, cwd=ROOT, env=ENVIRONMENT, capture_output=True, text=True, timeout=timeout)


def succeed(command: list[str]) -> str:
    """Run a command that must succeed; return what it wrote to stdout."""
    done = run(command)
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-4000:]
    return done.stdout


def start(command: list[str]) -> subprocess.Popen:
    """Start a command in a process group of its own, to be killed as a whole."""
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True}
    return subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, start_new_session=True, **pipes)


def wait_for_a_checkpoint(training: subprocess.Popen, work_dir: Path) -> None:
    patience = time.monotonic() + 300
    while not (work_dir / "last_checkpoint").exists():
        assert training.poll() is None, training.communicate()[1][-2000:]
        assert time.monotonic() < patience, "no checkpoint within five minutes"
        time.sleep(0.1)


def last_iteration(work_dir: Path) -> int:
    """Iteration of the checkpoint that the work dir calls its last."""
    return int(Path((work_dir / "last_checkpoint").read_text()).stem.removeprefix("iter_"))


def options_for_training(street: Path, iterations: int) -> list[str]:
    """Overrides for a training of seconds: a checkpoint every second iteration, no workers."""
    return [
        f"train_cfg.max_iters={iterations}",
        "default_hooks.checkpoint.interval=2",
        "train_dataloader.batch_size=1",
        f"train_dataloader.dataset.data_root={street}/",
        "train_dataloader.num_workers=0",
        "train_dataloader.persistent_workers=False",
    ]


def options_for_testing(street: Path) -> list[str]:
    """Overrides for testing without workers."""
    return [
        f"test_dataloader.dataset.data_root={street}/",
        "test_dataloader.num_workers=0",
        "test_dataloader.persistent_workers=False",
    ]


def train_command(street: Path, work_dir: Path, iterations: int, *arguments: str) -> list[str]:
    options = ["--cfg-options", *options_for_training(street, iterations)]
    return python("tools/train.py", CONFIG, "--work-dir", work_dir, *arguments, *options)


def error_line(done: subprocess.CompletedProcess) -> str:
    """Check that a command failed with exactly one line that starts with ``error:`` and no traceback; return it."""
    assert done.returncode == 1, done.stderr[-2000:]
    assert "Traceback" not in done.stdout + done.stderr
    errors = [line for line in (done.stdout + done.stderr).splitlines() if line.startswith("error:")]
    assert len(errors) == 1, errors
    return errors[0]
