"""Tools that are killed (-9) in the middle of their work: run as forks, so that the kill meets work, not imports."""

import json
import os
import random
import runpy
import signal
import sys
import time
from pathlib import Path

import cv2
import numpy as np
from command_lines import ROOT

from mots_plugin.formats.image_content import decode_image

KILLS = 10


def fork_tool(command: list[str], log: Path) -> int:
    """Start a tool as users call it, in a fork of this process; return the number of the process."""
    child = os.fork()
    if child:
        return child
    code = 1
    try:
        os.setsid()
        with open(log, "ab") as file:
            os.dup2(file.fileno(), 1)
            os.dup2(file.fileno(), 2)
        os.chdir(ROOT)
        _, script, *arguments = command
        sys.argv = [script, *arguments]
        sys.path.insert(0, str(ROOT / Path(script).parent))
        runpy.run_path(str(ROOT / script), run_name="__main__")
        code = 0
    except SystemExit as end:
        code = end.code if isinstance(end.code, int) else int(end.code is not None)
    except BaseException:
        import traceback

        traceback.print_exc()
    finally:
        for stream in (sys.stdout, sys.stderr):
            stream.flush()
        os._exit(code)


def finish(command: list[str], log: Path) -> float:
    """Run a tool to its end, which must be a good one; return how long it took."""
    begin = time.monotonic()
    _, status = os.waitpid(fork_tool(command, log), 0)
    assert status == 0, log.read_text(errors="replace")[-3000:]
    return time.monotonic() - begin


def kill_after(command: list[str], seconds: float, log: Path) -> None:
    """Start a tool and kill it, and all that it started."""
    child = fork_tool(command, log)
    time.sleep(seconds)
    try:
        os.killpg(child, signal.SIGKILL)
    except ProcessLookupError:  # killed before it led a group, or at its end
        os.kill(child, signal.SIGKILL)
    os.waitpid(child, 0)


def kill_at_random_moments(command: list[str], duration: float, out: Path, log: Path, kills: int = KILLS) -> None:
    """Kill a tool again and again; each run goes on in the folder that the one before left."""
    moments = random.Random(0)
    for _ in range(kills):
        kill_after(command, moments.uniform(0.02, 1.0) * duration, log)
        assert_whole(out)


def assert_whole(folder: Path) -> None:
    """Every file that has its final name can be read; what is unfinished has a name that says so."""
    for path in sorted(folder.rglob("*")):
        parts = path.relative_to(folder).parts
        if not path.is_file() or any(part.startswith(".") or ".part" in part for part in parts):
            continue
        if "vis_data" in parts or path.suffix == ".log":
            continue  # logs grow line by line
        data = path.read_bytes()
        if path.suffix == ".json":
            json.loads(data)
        elif path.suffix == ".txt":
            assert data == b"" or data.endswith(b"\n"), path
        elif path.suffix == ".png":
            decode_image(data, cv2.IMREAD_UNCHANGED, path, "")
        elif path.suffix == ".npy" and not path.name.endswith(".pixels.npy"):
            np.load(path)
        elif path.suffix == ".pth":
            from mots_plugin.apis.checkpoints import read_checkpoint

            read_checkpoint(path)


def contents(folder: Path, *patterns: str) -> dict[str, bytes]:
    """Return the finished files below a folder, by their path in it."""
    files = [path for pattern in patterns for path in folder.rglob(pattern) if path.is_file()]
    return {str(path.relative_to(folder)): path.read_bytes() for path in sorted(files) if ".part" not in str(path)}
