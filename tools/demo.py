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
from pathlib import Path

from mots_plugin.apis.demo_plans import DEMOS, PROCESSES

ROOT = Path(__file__).resolve().parents[1]


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
    parser.add_argument("--method", choices=sorted(DEMOS), default="track_rcnn")
    parser.add_argument(
        "--folder",
        type=lambda value: Path(value).resolve(),
        default=Path("work_dirs/demo"),
        help="where everything is written (default: work_dirs/demo in the checkout)",
    )
    arguments = parser.parse_args()
    os.chdir(ROOT)
    demo = DEMOS[arguments.method](arguments.folder)
    started = time.monotonic()
    for step in demo.steps:
        if step.result.exists():
            print(f"\n== {step.title}: done before ({step.result})", flush=True)
            continue
        print(f"\n== {step.title}\n$ {shlex.join(step.command)}", flush=True)
        step_started = time.monotonic()
        code = run(step.command)
        if code != 0:
            print(f"\nstopped at: {step.title} (exit code {code}); the same command continues here", file=sys.stderr)
            return code
        if step.afterwards is not None:
            step.afterwards()
        print(f"== {step.title}: {time.monotonic() - step_started:.0f} s", flush=True)
    scores = json.loads(demo.scores.read_text())
    print(f"\nThe demo took {time.monotonic() - started:.0f} s. Held-out sequences, in percent:")
    for name in demo.classes:
        print(f"  {name:<11} " + "  ".join(f"{key} {100 * scores[name][key]:.1f}" for key in demo.shown))
    print()
    for what, path in demo.written.items():
        print(f"{what:<8}  {path}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
