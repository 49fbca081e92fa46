"""Checkpoints that load without ever executing code, and that fit the model they are given to."""

from __future__ import annotations

import os
import pickle
import re
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.error import URLError

import mmengine.runner.checkpoint as mmengine_checkpoint
import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from mmengine.model import is_model_wrapper
from torch import nn

from mots_plugin.formats.errors import FormatError


def allow_runner_checkpoints() -> None:
    """Let ``torch.load(weights_only=True)`` read what mmengine's runner saves, and nothing more; allow nothing else.

    A runner stores its log buffers beside the weights. From torch 2.6 on, ``weights_only`` is the default and refuses
    them; the few classes named here hold numbers only. On older versions the safe loader is switched on instead.
    """
    # torch.load obeys these over what its caller says: mmengine leaves weights_only open, and its fork, onedl-mmengine,
    # loads again without it what was refused.
    os.environ["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] = "1"
    os.environ.pop("TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", None)
    # The fork also allows getattr itself, by which a file reaches whatever it likes. mmengine asks for no such list.
    vars(mmengine_checkpoint)["get_torch_safe_globals"] = list
    if hasattr(torch.serialization, "add_safe_globals"):
        core = getattr(np, "_core", None) or np.core
        dtypes = [np.dtypes.Float64DType, np.dtypes.Float32DType, np.dtypes.Int64DType]
        torch.serialization.add_safe_globals(
            [HistoryBuffer, np.ndarray, np.dtype, core.multiarray._reconstruct, core.multiarray.scalar, *dtypes]
            + [(_history_buffer_method, "builtins.getattr")]
        )


def _history_buffer_method(owner: type, name: str) -> Callable:
    """Stand in for ``getattr``, by which a log buffer's pickle names its own statistics."""
    if owner is not HistoryBuffer or name not in ("min", "max", "mean", "current"):
        raise pickle.UnpicklingError(f"refused to look up {name!r}")
    return getattr(HistoryBuffer, name)


def read_checkpoint(path: str | Path) -> dict[str, Any]:
    """Read a checkpoint, unpickling nothing but tensors, plain containers and mmengine's log buffers.

    Returns:
        What the file holds, weights under ``"state_dict"``; a file of bare weights is put into that form.

    Raises:
        FormatError: The file is missing, truncated, no checkpoint, or asks for code to be run.
    """
    if not Path(path).is_file():
        raise FormatError(path, "checkpoint not found", "pass the .pth file that training wrote")
    allow_runner_checkpoints()
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except Exception as error:  # a damaged pickle fails in any way
        raise unreadable(path, error) from None
    checkpoint = content if isinstance(content, dict) and "state_dict" in content else {"state_dict": content}
    state = checkpoint["state_dict"]
    if not (isinstance(state, dict) and state and all(isinstance(value, torch.Tensor) for value in state.values())):
        raise FormatError(path, "holds no state_dict", "pass a checkpoint written by tools/train.py")
    return checkpoint


def unreadable(path: str | Path, error: Exception) -> FormatError:
    """Say why a checkpoint was not loaded, and what to do.

    Args:
        path: A file, or an address such as ``torchvision://resnet101``, of which a copy is kept.
        error: What was raised while it was looked for, downloaded or read.
    """
    if isinstance(error, FileNotFoundError):
        return FormatError(path, "checkpoint not found", "put it there, or correct the config that names it")
    if isinstance(error, pickle.UnpicklingError):
        asked_for = re.search(r"GLOBAL (\S+)", str(error))
        reason = f"it asks for {asked_for[1]}, which could run code" if asked_for else "not a pickle of plain weights"
        cure = "pass a checkpoint written by tools/train.py, or re-save the weights alone as a state dict"
        return FormatError(path, f"refused to load: {reason}", cure)
    if isinstance(error, URLError):
        problem = f"checkpoint cannot be downloaded ({_first_sentence(error)})"
        cure = "download it where there is a network and name that file in the config, or set this init_cfg to None"
        return FormatError(path, problem, cure)
    if isinstance(error, ImportError):
        return FormatError(path, f"checkpoint cannot be found without {error.name}", f"pip install {error.name}")
    cure = "write or copy it again"
    if "://" in str(path):
        cure = f"remove the copy in {Path(torch.hub.get_dir()) / 'checkpoints'}, so that it is downloaded again"
    return FormatError(path, f"not a readable checkpoint ({_first_sentence(error)})", cure)


def check_fits(path: str | Path, checkpoint: dict[str, Any], model: nn.Module) -> None:
    """Check that a checkpoint's weights are those of this model, name by name and shape by shape.

    Args:
        path: The checkpoint, for the message.
        checkpoint: What :func:`read_checkpoint` read from it.
        model: The model, or a wrapper around it that spreads it over processes.

    Raises:
        FormatError: Names or shapes differ; the first difference is named.
    """
    if is_model_wrapper(model):
        model = model.get_submodule("module")
    stored, expected = checkpoint["state_dict"], model.state_dict()
    wrong_shape = [
        f"{name} is {tuple(stored[name].shape)}, the model has {tuple(value.shape)}"
        for name, value in expected.items()
        if name in stored and stored[name].shape != value.shape
    ]
    missing = [f"{name} is missing" for name in expected if name not in stored]
    unknown = [f"{name} is not in the model" for name in stored if name not in expected]
    faults = wrong_shape + missing + unknown
    if faults:
        raise FormatError(
            path,
            f"not a checkpoint of {type(model).__name__} as configured: "
            f"{len(faults)} of {len(expected)} weights differ, first: {faults[0]}",
            "pass the checkpoint that was trained with this config",
        )


def check_resumable(path: str | Path, checkpoint: dict[str, Any]) -> None:
    """Check that training can continue from a checkpoint.

    Args:
        path: The checkpoint, for the message.
        checkpoint: What :func:`read_checkpoint` read from it.

    Raises:
        FormatError: It holds weights only.
    """
    missing = [name for name in ("meta", "optimizer", "message_hub") if name not in checkpoint]
    if missing:
        raise FormatError(
            path,
            f"training cannot continue from it, since it holds no {missing[0]}",
            "start anew from its weights with --cfg-options load_from=FILE",
        )


def latest_readable_checkpoint(work_dir: str | Path) -> Path | None:
    """Find what an interrupted training continues from: the latest checkpoint that is whole.

    A process that is killed while it writes leaves half a file, so the file that the work dir calls its last is tried
    first, then all others, the latest first. What is passed over is reported on stderr.

    Args:
        work_dir: Folder that training writes to.

    Returns:
        The checkpoint, or None when there is no checkpoint at all.

    Raises:
        FormatError: There are checkpoints, but none can be read.
    """
    work_dir = Path(work_dir)
    found = sorted(work_dir.glob("*.pth"), key=lambda file: file.stat().st_mtime, reverse=True)
    found = [file for file in found if not file.is_symlink() and not file.name.startswith("best_")]
    pointer = work_dir / "last_checkpoint"
    if pointer.is_file():
        last = work_dir / Path(pointer.read_text().strip()).name  # by name: the folder may have been moved
        found = [file for file in found if file == last] + [file for file in found if file != last]
    for file in found:
        try:
            check_resumable(file, read_checkpoint(file))
        except FormatError as error:
            print(f"note: passed over {error}", file=sys.stderr)
        else:
            return file
    if found:
        raise FormatError(work_dir, "holds no checkpoint that can be read", "remove it, or train without --resume")
    return None


def _first_sentence(error: Exception) -> str:
    return str(error).split("\n")[0].split(". ")[0]
