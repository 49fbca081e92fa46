"""Why a part of the environment does not work, and the command that mends it."""

from __future__ import annotations

import glob
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mots_plugin.diagnosis.attempts import Attempt

_WITH_OPERATORS = "MMCV_WITH_OPS=1 pip install --no-build-isolation --no-deps"
_BUILD_MMCV = f"pip install 'setuptools<81' ninja wheel psutil && {_WITH_OPERATORS} mmcv==2.1.0"
_REBUILD_MMCV = f"{_WITH_OPERATORS} --no-cache-dir --force-reinstall mmcv==2.1.0"
_INSTALL = {
    "torch": "pip install torch",
    "mmcv": _BUILD_MMCV,
    "mmdet": "pip install 'mmdet>=3.3.0,<3.4'",
    "mmengine": "pip install 'mmengine>=0.10.3,<1.0'",
    "cv2": "pip install opencv-python-headless",
    "mots_plugin": "pip install .   # in the checkout",
}
_NEEDS = {
    "scipy": ("numpy",),
    "pycocotools": ("numpy",),
    "cv2": ("numpy",),
    "torch": ("numpy",),
    "mmengine": ("numpy", "torch", "cv2"),
    "mmcv": ("numpy", "torch", "cv2", "mmengine"),
    "mmdet": ("numpy", "torch", "cv2", "mmengine", "mmcv", "scipy", "pycocotools"),
    "mots_plugin": ("numpy", "torch", "cv2", "mmengine", "mmcv", "mmdet", "scipy", "pycocotools"),
    "torchvision": ("torch",),
    "optuna": (),
}
OPTIONAL = {"torchvision": "RAFT flow", "optuna": "mots tune"}
"""Parts that training does without, and what needs them."""

_NUMPY_ABI = re.compile(
    r"compiled using NumPy 1\.x|_ARRAY_API not found|numpy\.dtype size changed|Numpy is not available"
    r"|multiarray failed to import"
)
_SYSTEM_LIBRARY = re.compile(r"(lib[\w+.-]+\.so[\w.]*): cannot open shared object file")
_DEBIAN_PACKAGES = {"libGL.so.1": "libgl1", "libgthread-2.0.so.0": "libglib2.0-0", "libSM.so.6": "libsm6"}


@dataclass(frozen=True)
class Breakage:
    """Something to mend.

    Attributes:
        part: What is broken.
        problem: How it shows.
        cure: The command that mends it.
        stops_training: Whether training cannot run because of it.
    """

    part: str
    problem: str
    cure: str
    stops_training: bool = True


def find_gpus() -> list[str]:
    """Return the NVIDIA GPUs that the kernel's driver knows."""
    return sorted(glob.glob("/proc/driver/nvidia/gpus/*")) or sorted(glob.glob("/dev/nvidia[0-9]*"))


def find_breakages(attempts: Mapping[str, Attempt], gpus: Sequence[str] = ()) -> list[Breakage]:
    """Name what is broken, leaving out what is so only because something it needs is.

    Args:
        attempts: What became of each part that was tried.
        gpus: GPUs of the machine.
    """
    broken = {name for name, attempt in attempts.items() if attempt.error}
    found = [
        _explain(name, attempts[name])
        for name in attempts
        if name in broken and not broken & set(_NEEDS.get(name, ())) and not _is_left_out(name, attempts[name])
    ]
    return found + _unused_gpus(attempts, gpus)


def explain_checkpoint(path: str, attempt: Attempt) -> Breakage | None:
    """Say why a checkpoint does not load, None if it does.

    Args:
        path: The file.
        attempt: What :func:`mots_plugin.diagnosis.attempts.try_checkpoint` returned.
    """
    problem = attempt.found.get("problem", attempt.error)
    if not problem:
        return None
    cure = "copy or download it again"
    if "could run code" in problem or "not a pickle of plain weights" in problem:
        plain = f"{path}.plain.pth"
        load = f"torch.load({path!r}, map_location='cpu', weights_only=False)"
        code = f"import torch; saved = {load}; torch.save(saved.get('state_dict', saved), {plain!r})"
        cure = f"python -c {shlex.quote(code)}   # this runs what is in it: only if you trust who made it"
    return Breakage(path, problem, cure)


def _is_left_out(name: str, attempt: Attempt) -> bool:
    return name in OPTIONAL and "version" not in attempt.found


def _explain(name: str, attempt: Attempt) -> Breakage:
    error, everything = attempt.error, attempt.output + attempt.error
    stops_training = name not in OPTIONAL
    library = _SYSTEM_LIBRARY.search(error)
    if _NUMPY_ABI.search(everything):
        problem = f"was built for another numpy than the one installed ({error})"
        return Breakage(name, problem, "pip install 'numpy<2'   # or a newer build of it", stops_training)
    if name == "mmcv" and re.search(r"No module named '?mmcv\._ext", error):
        problem = "is installed without its compiled operators"
        return Breakage(name, problem, f"pip uninstall -y mmcv mmcv-lite && {_BUILD_MMCV}")
    if name in ("mmcv", "torchvision") and ("undefined symbol" in error or library or "operator torchvision" in error):
        cure = _REBUILD_MMCV if name == "mmcv" else "pip install --force-reinstall torchvision"
        return Breakage(name, f"was built for another torch than the one installed ({error})", cure, stops_training)
    if library:
        package = _DEBIAN_PACKAGES.get(library[1])
        cure = f"sudo apt-get install {package}" if package else f"ldconfig -p | grep {library[1]}"
        if name == "cv2":
            cure = "pip uninstall -y opencv-python && pip install opencv-python-headless" + (
                f"   # or {cure}" if package else ""
            )
        return Breakage(name, f"misses the system's library {library[1]}", cure, stops_training)
    incompatible = re.search(r"(MMCV|MMEngine)==(\S+) is used but incompatible\. Please install (.*?)\.?$", error)
    if incompatible:
        part = incompatible[1].lower()
        problem = f"{incompatible[2]} does not go with this {name}, which asks for {incompatible[3]}"
        return Breakage(part, problem, f"pip uninstall -y {part} && {_INSTALL[part]}")
    missing = re.search(r"No module named '?([\w.]+)", error)
    if missing and missing[1].partition(".")[0] == name:
        return Breakage(name, "is not installed", _INSTALL.get(name, f"pip install {name}"), stops_training)
    if missing:
        needed = missing[1].partition(".")[0]
        return Breakage(name, f"needs {needed}, which is not installed", f"pip install {needed}", stops_training)
    cure = _INSTALL.get(name, f"pip install {name}").replace("pip install", "pip install --force-reinstall", 1)
    return Breakage(name, f"cannot be imported ({error})", cure, stops_training)


def _unused_gpus(attempts: Mapping[str, Attempt], gpus: Sequence[str]) -> list[Breakage]:
    torch, mmcv = attempts.get("torch", Attempt()).found, attempts.get("mmcv", Attempt()).found
    if not gpus or "cuda" not in torch:
        return []
    there = f"though this machine has {len(gpus)} GPU{'s' * (len(gpus) > 1)}"
    if torch["cuda"] is None:
        cure = f"pip uninstall -y torch && pip install torch && {_REBUILD_MMCV}"
        return [Breakage("torch", f"is a build for CPUs, {there}", cure, stops_training=False)]
    if torch["gpu"] is None:
        problem = f"finds no CUDA device, {there}: the driver may be older than CUDA {torch['cuda']}, or hidden"
        cure = f"nvidia-smi   # if it names a CUDA below {torch['cuda']}, update the driver, or install an older torch"
        return [Breakage("torch", problem, cure, stops_training=False)]
    if mmcv.get("cuda") == "not available":
        problem = "has operators for CPUs only, though torch uses a GPU: training would stop at the first of them"
        return [Breakage("mmcv", problem, f"FORCE_CUDA=1 {_REBUILD_MMCV}")]
    return []
