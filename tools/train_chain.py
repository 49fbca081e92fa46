#!/usr/bin/env python
"""Train several configs in turn, each from the last checkpoint of the one before, named in their order.

::

    tools/train_chain.py configs/pointtrack/pointtrack-pp_embedding-stage*_34e_kitti-mots_car.py

A chain that was stopped, or killed, goes on with the same command: stages that have finished are skipped, the one that
was being trained continues from its last checkpoint.
"""

from __future__ import annotations

import argparse
import os
import shlex
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line

TOOLS = Path(__file__).resolve().parent


@dataclass(frozen=True)
class Stage:
    """One training of a chain.

    Attributes:
        config: Its config.
        work_dir: Where it writes.
    """

    config: Path
    work_dir: Path

    @property
    def mark(self) -> Path:
        """File that names the last checkpoint once the stage has finished."""
        return self.work_dir / "finished"

    @property
    def result(self) -> Path | None:
        """Last checkpoint of a stage that has finished, None before."""
        return self.work_dir / self.mark.read_text().strip() if self.mark.is_file() else None

    def finish(self) -> Path:
        """Mark the stage as finished and return its last checkpoint."""
        last = self.work_dir / Path((self.work_dir / "last_checkpoint").read_text().strip()).name
        with atomic_write(self.mark) as file:
            file.write(last.name)
        return last


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("configs", nargs="+", type=Path, metavar="CONFIG", help="config of each stage, in order")
    parser.add_argument(
        "--work-dir", type=Path, default=Path("work_dirs"), help="holds one folder a stage, named by its config"
    )
    parser.add_argument("--processes", type=int, default=1, help="processes of each training (default 1)")
    parser.add_argument("--amp", nargs="?", const="on", choices=["on", "auto"], help="as of tools/train.py")
    parser.add_argument("--cfg-options", nargs="+", default=[], metavar="KEY=VALUE", help="overrides, for all stages")
    return parser.parse_args(argv)


def plan(configs: Sequence[Path], work_dir: Path) -> list[Stage]:
    """List the stages of a chain.

    Raises:
        FormatError: A config is missing or named twice.
    """
    for config in configs:
        if not config.is_file():
            raise FormatError(config, "config not found", "look into configs/ for the names that exist")
    stages = [Stage(config, work_dir / config.stem) for config in configs]
    if len({stage.work_dir for stage in stages}) < len(stages):
        raise FormatError(configs[0], "is named twice, or has the name of another", "name each stage once, in order")
    return stages


def check_not_older(stage: Stage, previous: Path) -> None:
    """Check that what a stage has written so far came after the checkpoint that it started from.

    Raises:
        FormatError: The stage before was trained anew.
    """
    started = stage.work_dir / "started"
    if started.is_file() and started.stat().st_mtime_ns < previous.stat().st_mtime_ns:
        problem = f"was trained from an earlier state of {previous}"
        raise FormatError(stage.work_dir, problem, "remove this folder, so that the stage is trained again")


def command(stage: Stage, previous: Path | None, arguments: argparse.Namespace) -> list[str]:
    """Return the command that trains a stage, from its last checkpoint if there is one."""
    script = [str(TOOLS / "train.py"), str(stage.config)]
    if arguments.processes > 1:
        script = [str(TOOLS / "launch.py"), str(arguments.processes), *script, "--launcher", "pytorch"]
    options = [*arguments.cfg_options, *([f"load_from={previous}"] if previous else [])]
    return (
        [sys.executable, *script, "--work-dir", str(stage.work_dir), "--resume"]
        + (["--amp", arguments.amp] if arguments.amp else [])
        + (["--cfg-options", *options] if options else [])
    )


def run(line: list[str]) -> int:
    """Run a command and return its exit code; Ctrl-C, which reaches the command too, is 130."""
    print(f"$ {shlex.join(line)}", flush=True)
    with subprocess.Popen(line, env={**os.environ, "PYTHON": sys.executable}) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            return 130


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    stages = plan(arguments.configs, arguments.work_dir)
    previous: Path | None = None
    for number, stage in enumerate(stages, 1):
        title = f"== stage {number} of {len(stages)}: {stage.config.stem}"
        if previous is not None:
            check_not_older(stage, previous)
        if stage.result is not None:
            print(f"{title}: done before ({stage.result})", flush=True)
            previous = stage.result
            continue
        print(title, flush=True)
        stage.work_dir.mkdir(parents=True, exist_ok=True)
        if not (stage.work_dir / "started").exists():
            (stage.work_dir / "started").touch()
        code = run(command(stage, previous, arguments))
        if code != 0:
            print(f"stopped at stage {number} (exit code {code}); the same command continues here", file=sys.stderr)
            return code
        previous = stage.finish()
    print(f"last checkpoint of the chain: {previous}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
