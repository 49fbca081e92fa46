#!/usr/bin/env python
"""The whole of the package in one go: render a street, convert it, train, track, score and draw.

Every step is a command that is printed as it runs, so each can be repeated by hand. A step that has finished is
skipped the next time, and training continues from its last checkpoint.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import time
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
CONFIGS = {"track_rcnn": "configs/track_rcnn/track_rcnn_tiny-fpn_500i_toy-street.py"}


@dataclass(frozen=True)
class Step:
    """One command of the demo, and the file whose presence says that it has finished."""

    title: str
    command: list[str]
    result: Path


def plan(method: str, folder: Path) -> list[Step]:
    """List the demo's steps for a method, writing below a folder."""
    config, data, run = CONFIGS[method], folder / "data", folder / method
    python = [sys.executable]
    data_options = [f"{loader}.dataset.data_root={data}/" for loader in ("train_dataloader", "test_dataloader")]
    return [
        Step("render a street", [*python, "data_converters/toy_street.py", str(data)], data / "toy_street.json"),
        *(
            Step(
                f"convert the {split} sequences to COCO-video",
                [*python, "data_converters/kitti_mots.py", str(data), str(data / "annotations")]
                + ["--seqmap", str(data / f"{split}.seqmap")],
                data / "annotations" / f"{split}.json",
            )
            for split in ("train", "val")
        ),
        Step(
            "train",
            [*python, "tools/train.py", config, "--work-dir", str(run), "--resume", "--cfg-options", *data_options],
            run / "finished",
        ),
        Step(
            "track, score and draw the held-out sequences",
            [*python, "tools/test.py", config, str(run / "latest.pth"), "--work-dir", str(run), "--eval", "smotsa"]
            + ["--out", str(run / "test"), "--show-dir", str(run / "pictures"), "--cfg-options", *data_options],
            run / "test" / "metrics.json",
        ),
    ]


def train_result(run: Path) -> None:
    """Mark training as finished, pointing at its last checkpoint."""
    last = Path((run / "last_checkpoint").read_text().strip())
    (run / "latest.pth").unlink(missing_ok=True)
    (run / "latest.pth").symlink_to(last.name)
    (run / "finished").touch()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--method", choices=sorted(CONFIGS), default="track_rcnn")
    parser.add_argument("--folder", type=Path, default=Path("work_dirs/demo"), help="where everything is written")
    arguments = parser.parse_args()
    os.chdir(ROOT)
    run = arguments.folder / arguments.method
    started = time.monotonic()
    for step in plan(arguments.method, arguments.folder):
        if step.result.exists():
            print(f"\n== {step.title}: done before ({step.result})", flush=True)
            continue
        print(f"\n== {step.title}\n$ {' '.join(step.command)}", flush=True)
        step_started = time.monotonic()
        code = subprocess.run(step.command, check=False).returncode
        if code != 0:
            print(f"\nstopped at: {step.title} (exit code {code}); `make demo` continues here", file=sys.stderr)
            return code
        if step.title == "train":
            train_result(run)
        print(f"== {step.title}: {time.monotonic() - step_started:.0f} s", flush=True)
    scores = json.loads((run / "test" / "metrics.json").read_text())
    print(f"\nThe demo took {time.monotonic() - started:.0f} s. Held-out sequences, in percent:")
    for name in ("car", "pedestrian"):
        print(f"  {name:<11} " + "  ".join(f"{key} {100 * scores[name][key]:.1f}" for key in ("sMOTSA", "MOTSA", "MOTSP")))
    print(f"\ndata      {arguments.folder / 'data'}\nweights   {run / 'latest.pth'}")
    print(f"tracks    {run / 'test' / 'tracks'}\nscores    {run / 'test' / 'metrics.json'}\nvideos    {run / 'pictures'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
