"""Steps run one after the other; a step that has succeeded is marked as finished, last of all."""

from __future__ import annotations

import fcntl
import json
import os
import shlex
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.reproduction.paper import DataSet
from mots_plugin.reproduction.plan import Step


def check_data_set(data: DataSet, root: Path) -> None:
    """Check that a data set is there.

    Args:
        data: The data set.
        root: Its folder.

    Raises:
        FormatError: Something of it is missing; says how to get it.
    """
    for name in data.requires:
        if not (root / name).exists():
            raise FormatError(root / name, f"not found, so {data.title} is not at hand", data.cure)


def missing_input(steps: Sequence[Step]) -> FormatError | None:
    """Return what is wrong with steps that read something which is not there and which none of them makes."""
    for step in steps:
        if step.requires is not None and not step.requires.exists():
            return FormatError(step.requires, "not found", step.cure)
    return None


def run_steps(steps: Sequence[Step], checkout: Path) -> int:
    """Run steps, printing each command as it starts; all output goes to stderr.

    Args:
        steps: In order.
        checkout: Folder to run them in.

    Returns:
        0, or the exit code of the step that failed, 130 after Ctrl-C; those after it have not been run.

    Raises:
        FormatError: A process is still working on a step, one that outlived a killed run, or that of another run.
    """
    for number, step in enumerate(steps, 1):
        print(f"\n== {number} of {len(steps)}: {step.title}\n$ {shlex.join(step.command)}", file=sys.stderr, flush=True)
        (checkout / step.folder).mkdir(parents=True, exist_ok=True)
        started = time.monotonic()
        with _held(checkout / step.folder) as lock:
            code = _run(step.command, checkout, lock)
        if code != 0:
            print(f"\nstopped at: {step.title} (exit code {code}); the same command continues here", file=sys.stderr)
            return code
        seconds = time.monotonic() - started
        with atomic_write(checkout / step.marker) as file:
            json.dump({"command": shlex.join(step.command), "seconds": round(seconds, 1)}, file, indent=2)
            file.write("\n")
        print(f"== {step.title}: {seconds:.0f} s", file=sys.stderr, flush=True)
    return 0


@contextmanager
def _held(folder: Path) -> Iterator[int]:
    """Hold a folder's lock; whoever inherits the descriptor that is yielded holds it on."""
    with open(folder / "lock", "w", encoding="utf-8") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            problem = "a process of another run, or of one that was killed, is still working there"
            raise FormatError(folder, problem, "wait until it has ended, or stop it") from None
        yield file.fileno()


def _run(command: Sequence[str], checkout: Path, lock: int) -> int:
    """Run a command under this interpreter; Ctrl-C, which reaches the command too, is 130."""
    words = [sys.executable if word == "python" else word for word in command]
    environment = {**os.environ, "PYTHON": sys.executable}
    with subprocess.Popen(words, cwd=checkout, env=environment, stdout=sys.stderr, pass_fds=[lock]) as process:
        try:
            return process.wait()
        except KeyboardInterrupt:
            process.wait()
            return 130
