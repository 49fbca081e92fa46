#!/usr/bin/env python
"""The whole of the package in one go: render a street, convert it, train, track, score and draw.

Every step is a command that is printed as it runs, so each can be repeated by hand. A step that has finished is
skipped the next time, and training continues from its last checkpoint.
"""

from __future__ import annotations

import argparse
import json
import os
import shlex
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = {"track_rcnn": "configs/track_rcnn/track_rcnn_tiny-fpn_800i_toy-street.py"}

PROCESSES = 2  # fixed, since the size of a training step depends on it; the cores are shared out among them


@dataclass(frozen=True)
class Step:
    """One command of the demo, and the file whose presence says that it has finished."""

    title: str
    command: list[str]
    result: Path


def plan(method: str, folder: Path) -> list[Step]:
    """List the demo's steps for a method, writing below a folder."""
    config, data, work_dir = CONFIGS[method], folder / "data", folder / method
    python = [sys.executable]
    data_options = [f"{loader}.dataset.data_root={data}/" for loader in ("train_dataloader", "test_dataloader")]
    return [
        Step(
            "render a street",
            [*python, "data_converters/toy_street.py", str(data), "--sequences", "72", "--val-sequences", "8"]
            + ["--frames", "20"],
            data / "val.seqmap",
        ),
        Step(
            "convert it to COCO-video",
            [*python, "data_converters/kitti_mots.py", str(data), str(data / "annotations")]
            + ["--seqmap", str(data / "train.seqmap"), str(data / "val.seqmap")],
            data / "annotations" / "val.json",
        ),
        Step(
            "train",
            [
                "bash",
                "tools/dist_train.sh",
                config,
                str(PROCESSES),
                "--work-dir",
                str(work_dir),
                "--resume",
                "--amp",
                "auto",
            ]
            + ["--cfg-options", *data_options],
            work_dir / "finished",
        ),
        Step(
            "track, score and draw the held-out sequences",
            [*python, "tools/test.py", config, str(work_dir / "latest.pth"), "--work-dir", str(work_dir)]
            + ["--eval", "smotsa", "--out", str(work_dir / "test"), "--show-dir", str(work_dir / "pictures")]
            + ["--cfg-options", *data_options],
            work_dir / "test" / "metrics.json",
        ),
    ]


def mark_trained(work_dir: Path) -> None:
    """Mark training as finished, pointing at its last checkpoint."""
    last = Path((work_dir / "last_checkpoint").read_text().strip())
    (work_dir / "latest.pth").unlink(missing_ok=True)
    (work_dir / "latest.pth").symlink_to(last.name)
    (work_dir / "finished").touch()


def run(command: list[str]) -> int:
    """Run a command and return its exit code; Ctrl-C, which reaches the command too, is 130."""
    threads = os.environ.get("OMP_NUM_THREADS", str(max(1, len(os.sched_getaffinity(0)) // PROCESSES)))
    environment = {**os.environ, "PYTHON": sys.executable, "OMP_NUM_THREADS": threads}
    with subprocess.Popen(command, env=environment) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            return 130


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", choices=sorted(CONFIGS), default="track_rcnn")
    parser.add_argument(
        "--folder",
        type=lambda value: Path(value).resolve(),
        default=Path("work_dirs/demo"),
        help="where everything is written (default: work_dirs/demo in the checkout)",
    )
    arguments = parser.parse_args()
    os.chdir(ROOT)
    work_dir = arguments.folder / arguments.method
    started = time.monotonic()
    for step in plan(arguments.method, arguments.folder):
        if step.result.exists():
            print(f"\n== {step.title}: done before ({step.result})", flush=True)
            continue
        print(f"\n== {step.title}\n$ {shlex.join(step.command)}", flush=True)
        step_started = time.monotonic()
        code = run(step.command)
        if code != 0:
            print(f"\nstopped at: {step.title} (exit code {code}); the same command continues here", file=sys.stderr)
            return code
        if step.title == "train":
            mark_trained(work_dir)
        print(f"== {step.title}: {time.monotonic() - step_started:.0f} s", flush=True)
    scores = json.loads((work_dir / "test" / "metrics.json").read_text())
    print(f"\nThe demo took {time.monotonic() - started:.0f} s. Held-out sequences, in percent:")
    for name in ("car", "pedestrian"):
        values = (f"{key} {100 * scores[name][key]:.1f}" for key in ("sMOTSA", "MOTSA", "MOTSP"))
        print(f"  {name:<11} {'  '.join(values)}")
    print(f"\ndata      {arguments.folder / 'data'}\nweights   {work_dir / 'latest.pth'}")
    print(f"tracks    {work_dir / 'test' / 'tracks'}\nscores    {work_dir / 'test' / 'metrics.json'}")
    print(f"videos    {work_dir / 'pictures'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
