#!/usr/bin/env python
"""What more processes on this machine bring: training, testing and scoring on 1 and 2 of them.

    python tools/benchmark/process_scaling.py CONFIG CHECKPOINT --gt DIR --pred DIR

Every command is run at two lengths, and the difference divided by what the longer one did more, so that starting does
not count. Wall time needs a quiet machine; processor time (of all processes) does not: where it stays the same for each
sample, n processes on n cores take an nth of the wall time. The last table calculates beyond what was run:
t(n) = t_compute + 2 (n - 1) / n x bytes / bandwidth for a training step, the cost of averaging gradients in a ring.
"""

from __future__ import annotations

import argparse
import os
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

TOOLS = Path(__file__).resolve().parents[1]


class Cost(NamedTuple):
    """Seconds of a command.

    Attributes:
        wall: From start to end.
        processor: Of all its processes together.
    """

    wall: float
    processor: float

    def per(self, other: Cost, count: int) -> Cost:
        """Return the difference to a longer command, divided by what it did more."""
        return Cost((other.wall - self.wall) / count, (other.processor - self.processor) / count)


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config that trains here")
    parser.add_argument("checkpoint", help="weights to test with")
    parser.add_argument("--gt", required=True, help="ground truth in KITTI MOTS layout, to score")
    parser.add_argument("--pred", required=True, help="results to score")
    parser.add_argument("--processes", type=int, nargs="+", default=[1, 2], help="how many (default: 1 2)")
    parser.add_argument("--steps", type=int, nargs=2, default=(3, 13), help="training steps (default: 3 13)")
    parser.add_argument("--videos", type=int, nargs=2, default=(2, 8), help="videos to test (default: 2 8)")
    parser.add_argument(
        "--bandwidth", type=float, nargs="+", default=[1.25e9, 25e9], help="bytes a second between GPUs"
    )
    parser.add_argument("--cfg-options", nargs="+", default=[], help="overrides of the config")
    return parser.parse_args(argv)


def run(*arguments: str) -> Cost:
    """Run a Python command to its end, one thread a process."""
    before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    command = [sys.executable, *arguments]
    subprocess.run(command, check=True, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE)
    wall, after = time.perf_counter() - start, resource.getrusage(resource.RUSAGE_CHILDREN)
    return Cost(wall, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)


def train(arguments: argparse.Namespace, processes: int, folder: str) -> Cost:
    """Return the cost of a step of one process's batch."""
    few, many = (
        run(
            *(
                str(TOOLS / "launch.py"),
                str(processes),
                str(TOOLS / "train.py"),
                arguments.config,
                "--work-dir",
                folder,
            ),
            *("--launcher", "pytorch", "--cfg-options", f"train_cfg.max_iters={steps}", *arguments.cfg_options),
        )
        for steps in arguments.steps
    )
    return few.per(many, processes * (arguments.steps[1] - arguments.steps[0]))


def test(arguments: argparse.Namespace, processes: int, folder: str) -> Cost:
    """Return the cost of a video."""
    few, many = (
        run(
            *(str(TOOLS / "launch.py"), str(processes), str(TOOLS / "test.py"), arguments.config, arguments.checkpoint),
            *("--work-dir", folder, "--launcher", "pytorch", "--cfg-options"),
            *(f"test_dataloader.dataset.indices={videos}", *arguments.cfg_options),
        )
        for videos in arguments.videos
    )
    return few.per(many, arguments.videos[1] - arguments.videos[0])


def score(arguments: argparse.Namespace, processes: int) -> Cost:
    """Return the cost of scoring all sequences."""
    paths = ("--gt", arguments.gt, "--pred", arguments.pred, "--format", "kitti_mots", "--workers", str(processes))
    return run(str(TOOLS / "eval_tracks.py"), *paths, "--eval", "smotsa", "hota", "idf1")


def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    rows: dict[str, list[Cost]] = {"training, a batch": [], "testing, a video": [], "scoring, all": []}
    with tempfile.TemporaryDirectory() as folder:
        for processes in arguments.processes:
            costs = train(arguments, processes, folder), test(arguments, processes, folder), score(arguments, processes)
            for row, cost in zip(rows.values(), costs, strict=True):
                row.append(cost)
    print(f"{'seconds':20}{'processes':>10}{'wall':>10}{'processor':>11}{'speed-up':>10}{'processor ratio':>17}")
    for name, measured in rows.items():
        for processes, cost in zip(arguments.processes, measured, strict=True):
            speed_up, ratio = measured[0].wall / cost.wall, cost.processor / measured[0].processor
            print(f"{name:20}{processes:>10}{cost.wall:>10.3f}{cost.processor:>11.3f}{speed_up:>10.2f}{ratio:>17.2f}")
    print_calculation(arguments, rows["training, a batch"][0].processor)


def print_calculation(arguments: argparse.Namespace, compute: float) -> None:
    """Print what averaging the gradients adds to a step, for more processes than there are here."""
    from mots_plugin.apis.checkpoints import read_checkpoint

    weights = read_checkpoint(arguments.checkpoint)["state_dict"]
    gradient_bytes = sum(4 * weight.numel() for weight in weights.values() if weight.is_floating_point())
    print(f"\ncalculated, {gradient_bytes / 1e6:.1f} MB of gradients, {compute:.3f} s a batch:")
    for bandwidth in arguments.bandwidth:
        for processes in (8, 64):
            exchange = 2 * (processes - 1) / processes * gradient_bytes / bandwidth
            efficiency = compute / (compute + exchange)
            print(
                f"  {processes:>3} processes, {bandwidth / 1e9:5.2f} GB/s: {exchange * 1e3:8.2f} ms, {efficiency:.0%}"
            )


if __name__ == "__main__":
    main()
