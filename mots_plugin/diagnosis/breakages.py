"""Why a part of the environment does not work, and the command that mends it."""

from __future__ import annotations

import glob
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from mots_plugin.diagnosis.attempts import Attempt

_WITH_OPERATORS = "MMCV_WITH_OPS=1 pip install --no-build-isolation --no-deps"
_BUILD = f"pip install 'setuptools<81' ninja wheel psutil && {_WITH_OPERATORS}"
_REBUILD = f"{_WITH_OPERATORS} --no-cache-dir --force-reinstall"
_INSTALL = {
    "torch": "pip install torch",
    "mmcv": f"{_BUILD} mmcv==2.1.0",
    "mmdet": "pip install 'mmdet>=3.3.0,<3.4'",
    "mmengine": "pip install 'mmengine>=0.10.3,<1.0'",
    "cv2": "pip install opencv-python-headless",
    "mots_plugin": "pip install .   # in the checkout",
}
_FORKS = {
    "mmengine": "onedl-mmengine==0.10.12",
    "mmcv": "onedl-mmcv==2.3.6",
    "mmdet": "onedl-mmdetection==3.5.1",
}
"""Maintained forks, under the same import names."""

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
    mixed = {name: breakage for name, attempt in attempts.items() if (breakage := _mixed(name, attempt)) is not None}
    broken = {name for name, attempt in attempts.items() if attempt.error} | mixed.keys()
    found = [
        _explain(name, attempts)
        for name in attempts
        if name in broken - mixed.keys()
        and not broken & set(_NEEDS.get(name, ()))
        and not _is_left_out(name, attempts[name])
    ]
    return [*mixed.values(), *found, *_unused_gpus(attempts, gpus)]


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


def _is_fork(attempt: Attempt) -> bool:
    return any(name.startswith("onedl-") for name in attempt.found.get("distributions", ()))


def _mixed(name: str, attempt: Attempt) -> Breakage | None:
    """Name a part of which several distributions are installed, one over the other."""
    distributions = attempt.found.get("distributions", ())
    if len(distributions) < 2:
        return None
    problem = f"is installed as {' and as '.join(distributions)}, whose files overwrite each other"
    cure = f"pip uninstall -y {' '.join(distributions)} && {_INSTALL[name]}"
    return Breakage(name, problem, f"{cure}   # or {_FORKS[name]}, with all its kin" if _is_fork(attempt) else cure)


def _explain(name: str, attempts: Mapping[str, Attempt]) -> Breakage:
    attempt = attempts[name]
    error, everything = attempt.error, attempt.output + attempt.error
    install = _install(name, _is_fork(attempt))
    stops_training = name not in OPTIONAL
    library = _SYSTEM_LIBRARY.search(error)
    if _NUMPY_ABI.search(everything):
        problem = f"was built for another numpy than the one installed ({error})"
        return Breakage(name, problem, "pip install 'numpy<2'   # or a newer build of it", stops_training)
    if name == "mmcv" and re.search(r"No module named '?mmcv\._ext", error):
        problem = "is installed without its compiled operators"
        remove = "onedl-mmcv" if _is_fork(attempt) else "mmcv mmcv-lite"
        return Breakage(name, problem, f"pip uninstall -y {remove} && {install}")
    if name in ("mmcv", "torchvision") and ("undefined symbol" in error or library or "operator torchvision" in error):
        cure = _rebuild_mmcv(attempt) if name == "mmcv" else "pip install --force-reinstall torchvision"
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
        if _is_fork(attempts[part]):  # mmdet is what does not fit
            cure = f"pip uninstall -y {name} && pip install {_FORKS[name]}"
            return Breakage(name, f"does not go with {_FORKS[part]}", cure)
        return Breakage(part, problem, f"pip uninstall -y {part} && {_INSTALL[part]}")
    missing = re.search(r"No module named '?([\w.]+)", error)
    if missing and missing[1].partition(".")[0] == name:
        return Breakage(name, "is not installed", install, stops_training)
    if missing:
        needed = missing[1].partition(".")[0]
        return Breakage(name, f"needs {needed}, which is not installed", f"pip install {needed}", stops_training)
    cure = install.replace("pip install", "pip install --force-reinstall", 1)
    return Breakage(name, f"cannot be imported ({error})", cure, stops_training)


def _install(name: str, fork: bool) -> str:
    if not fork:
        return _INSTALL.get(name, f"pip install {name}")
    return f"{_BUILD} {_FORKS[name]}" if name == "mmcv" else f"pip install {_FORKS[name]}"


def _rebuild_mmcv(attempt: Attempt) -> str:
    return f"{_REBUILD} {_FORKS['mmcv'] if _is_fork(attempt) else 'mmcv==2.1.0'}"


def _unused_gpus(attempts: Mapping[str, Attempt], gpus: Sequence[str]) -> list[Breakage]:
    torch = attempts.get("torch", Attempt()).found
    operators = attempts.get("mmcv", Attempt())
    rebuild = _rebuild_mmcv(operators)
    if not gpus or "cuda" not in torch:
        return []
    there = f"though this machine has {len(gpus)} GPU{'s' * (len(gpus) > 1)}"
    if torch["cuda"] is None:
        cure = f"pip uninstall -y torch && pip install torch && {rebuild}"
        return [Breakage("torch", f"is a build for CPUs, {there}", cure, stops_training=False)]
    if torch["gpu"] is None:
        problem = f"finds no CUDA device, {there}: the driver may be older than CUDA {torch['cuda']}, or hidden"
        cure = f"nvidia-smi   # if it names a CUDA below {torch['cuda']}, update the driver, or install an older torch"
        return [Breakage("torch", problem, cure, stops_training=False)]
    if operators.found.get("cuda") == "not available":
        problem = "has operators for CPUs only, though torch uses a GPU: training would stop at the first of them"
        return [Breakage("mmcv", problem, f"FORCE_CUDA=1 {rebuild}")]
    return []
