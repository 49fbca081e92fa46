"""A checkout in which the commands of the documents run: links to the real one, a small street, short trainings."""

import os
import re
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

from fenced_blocks import ROOT, Block, commands, script_of

QUICK = (
    "train_cfg.max_iters=2 default_hooks.checkpoint.interval=2 train_dataloader.batch_size=1"
    " train_dataloader.num_workers=0 train_dataloader.persistent_workers=False"
)
"""What is appended to a training, as --cfg-options, so that it takes seconds."""

NO_WORKERS = "test_dataloader.num_workers=0 test_dataloader.persistent_workers=False"
"""What is appended to a test."""


@dataclass
class Sandbox:
    """A folder with the project's folders linked into it."""

    root: Path

    @classmethod
    def make(cls, root: Path) -> "Sandbox":
        for name in ("tools", "data_converters", "configs", "mots_plugin"):
            (root / name).symlink_to(ROOT / name)
        programs = root / ".bin"
        programs.mkdir()
        for name, command in (("python", f"{sys.executable}"), ("mots", f"{sys.executable} -m mots_plugin.cli")):
            (programs / name).write_text(f'#!/bin/sh\nexec {command} "$@"\n')
            (programs / name).chmod(0o755)
        return cls(root)

    def run(self, block: Block) -> str:
        """Run a block; it must succeed. Returns what it prints."""
        if block.file_name:
            path = self.root / block.file_name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(block.text)
            return ""
        if block.words[0] == "python":
            return self._succeed(["python", "-c", block.text], block)
        script = "\n".join(quickened(command) for command in commands(block.text))
        return self._succeed(["bash", "-euo", "pipefail", "-c", script], block)

    def _succeed(self, command: list[str], block: Block) -> str:
        environment = {
            **os.environ,
            "PATH": f"{self.root / '.bin'}:{os.environ['PATH']}",
            "PYTHONPATH": f"{self.root}",
            "OMP_NUM_THREADS": "1",
            "PYTHON": sys.executable,
        }
        done = subprocess.run(command, cwd=self.root, env=environment, capture_output=True, text=True, timeout=900)
        assert done.returncode == 0, f"{block}\n{command[-1]}\n{done.stdout[-2000:]}{done.stderr[-4000:]}"
        return done.stdout


def quickened(command: str) -> str:
    """Return a command with its training cut to two steps, and the names of checkpoints changed with it."""
    command = re.sub(r"\b(iter|epoch)_\d+\.pth", "iter_2.pth", command)
    found = script_of(command)
    scripts = {"train.py": QUICK, "dist_train.sh": QUICK, "test.py": NO_WORKERS, "dist_test.sh": NO_WORKERS}
    options = scripts.get(Path(found[0]).name) if found else None
    if options is None:
        return command
    if "--cfg-options" in command:
        return command.replace("--cfg-options", f"--cfg-options {options}")
    return f"{command} --cfg-options {options}"


def matches(printed: str, expected: str) -> bool:
    """Whether output is as documented; a line of ``…`` stands for any lines, and ``…`` within a line for any text."""
    pattern = "".join(
        "(?:.*\n)*?" if line.strip() == "…" else "[^\n]*".join(map(re.escape, line.rstrip().split("…"))) + " *\n"
        for line in expected.splitlines()
    )
    return re.fullmatch(pattern, printed if printed.endswith("\n") else printed + "\n") is not None
