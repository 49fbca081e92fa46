"""Parts of the environment tried out, each in a process of its own: a broken one may take its process down."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

_PATIENCE = 300

PARTS = {
    "numpy": "import numpy; say(version=numpy.__version__)",
    "scipy": "import scipy, scipy.optimize; say(version=scipy.__version__)",
    "pycocotools": (
        "import numpy, pycocotools.mask as mask; mask.area(mask.encode(numpy.ones((2, 2), 'uint8', order='F')))\n"
        "say(version=installed('pycocotools'))"
    ),
    "cv2": "import cv2; say(version=cv2.__version__)",
    "torch": (
        "import torch; say(version=torch.__version__); torch.ones(1).numpy()\n"
        "found = torch.cuda.is_available()\n"
        "say(cuda=torch.version.cuda, gpu=torch.cuda.get_device_name() if found else None)"
    ),
    "mmengine": (
        "say(distributions=beside('mmengine', 'mmengine', 'onedl-mmengine'))\n"
        "import mmengine; say(version=mmengine.__version__)"
    ),
    "mmcv": (
        "say(distributions=beside('mmcv', 'mmcv', 'mmcv-lite', 'onedl-mmcv'))\n"
        "import mmcv; say(version=mmcv.__version__)\n"
        "import torch, mmcv.ops as ops; ops.nms(torch.ones(1, 4), torch.ones(1), 0.5)\n"
        "say(cuda=ops.get_compiling_cuda_version())"
    ),
    "mmdet": (
        "say(distributions=beside('mmdet', 'mmdet', 'onedl-mmdetection'))\nimport mmdet; say(version=mmdet.__version__)"
    ),
    "mots_plugin": "import mots_plugin, mots_plugin.registration; say(version=mots_plugin.__version__)",
    "torchvision": "say(version=installed('torchvision')); import torchvision",
    "optuna": "say(version=installed('optuna')); import optuna",
}
"""Code that tries each part, and says what it finds out by the way."""

_BEFORE = """
import importlib.metadata, importlib.util, json, os, sys
def say(**found): print("\\n" + json.dumps(found), flush=True)
installed = importlib.metadata.version
def beside(module, *names):  # which of these distributions are installed where the module lies
    spec = importlib.util.find_spec(module)
    folder = [os.path.dirname(os.path.dirname(spec.origin))] if spec and spec.origin else []
    return [name for name in names if any(importlib.metadata.distributions(name=name, path=folder))]
"""
_READ_CHECKPOINT = """
from mots_plugin.apis.checkpoints import read_checkpoint
from mots_plugin.formats.errors import FormatError
try:
    say(weights=len(read_checkpoint(sys.argv[1])["state_dict"]))
except FormatError as error:
    say(problem=error.problem)
"""


@dataclass(frozen=True)
class Attempt:
    """What became of it.

    Attributes:
        found: What the code said.
        error: Last line of what went wrong; empty if all went well.
        output: All that was written to stderr: warnings, a traceback.
    """

    found: dict[str, Any] = field(default_factory=dict)
    error: str = ""
    output: str = ""


def try_parts(names: Iterable[str] = PARTS) -> dict[str, Attempt]:
    """Try parts of the environment, several at a time.

    Args:
        names: Of :data:`PARTS`.
    """
    names = list(names)
    with ThreadPoolExecutor(4) as pool:
        return dict(zip(names, pool.map(lambda name: _run(PARTS[name]), names), strict=True))


def try_checkpoint(path: str) -> Attempt:
    """Try to read a checkpoint; ``found`` holds the number of its ``weights``, or the ``problem``.

    Args:
        path: The file.
    """
    return _run(_READ_CHECKPOINT, path)


def _run(code: str, *arguments: str) -> Attempt:
    command = [sys.executable, "-c", _BEFORE + code, *arguments]
    try:
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", timeout=_PATIENCE)
    except subprocess.TimeoutExpired:
        return Attempt(error=f"does not answer within {_PATIENCE} s")
    found: dict[str, Any] = {}
    for line in done.stdout.splitlines():
        if line.startswith("{"):
            found |= json.loads(line)
    lines = [line for line in done.stderr.splitlines() if line.strip()]
    if done.returncode < 0:
        return Attempt(found, f"the process was killed by signal {-done.returncode}", done.stderr)
    return Attempt(found, (lines or ["no reason given"])[-1].strip() if done.returncode else "", done.stderr)
