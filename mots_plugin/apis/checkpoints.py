"""Checkpoints that load without ever executing code, and that fit the model they are given to."""

from __future__ import annotations

import os
import pickle
import re
from collections.abc import Callable
from pathlib import Path

import numpy as np
import torch
from mmengine.logging import HistoryBuffer
from torch import nn

from mots_plugin.formats.errors import FormatError


def allow_runner_checkpoints() -> None:
    """Let ``torch.load(weights_only=True)`` read what mmengine's runner saves, and nothing more.

    A runner stores its log buffers beside the weights. From torch 2.6 on, ``weights_only`` is the default and refuses
    them; the few classes named here hold numbers only. On older versions the safe loader is switched on instead.
    """
    # Read by torch.load whenever its caller, as mmengine, leaves weights_only open.
    os.environ.setdefault("TORCH_FORCE_WEIGHTS_ONLY_LOAD", "1")
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


def read_state_dict(path: str | Path) -> dict[str, torch.Tensor]:
    """Read the weights of a checkpoint, unpickling nothing but tensors and plain containers.

    Raises:
        FormatError: The file is missing, truncated, no checkpoint, or asks for code to be run.
    """
    if not Path(path).is_file():
        raise FormatError(path, "checkpoint not found", "pass the .pth file that training wrote")
    try:
        content = torch.load(path, map_location="cpu", weights_only=True)
    except pickle.UnpicklingError as error:
        asked_for = re.search(r"GLOBAL (\S+)", str(error))
        reason = f"it asks for {asked_for[1]}, which could run code" if asked_for else "not a pickle of plain weights"
        raise FormatError(
            path,
            f"refused to load: {reason}",
            "pass a checkpoint written by tools/train.py, or re-save the weights alone as a state dict",
        ) from None
    except (RuntimeError, EOFError, ValueError, OSError) as error:
        raise FormatError(path, f"not a readable checkpoint ({_first_sentence(error)})", "write or copy it again") from None
    state = content.get("state_dict", content) if isinstance(content, dict) else None
    if not state or not all(isinstance(value, torch.Tensor) for value in state.values()):
        raise FormatError(path, "holds no state_dict", "pass a checkpoint written by tools/train.py")
    return state


def check_fits(path: str | Path, model: nn.Module) -> None:
    """Check that a checkpoint's weights are those of this model, name by name and shape by shape.

    Raises:
        FormatError: Names or shapes differ; the first difference is named.
    """
    stored, expected = read_state_dict(path), model.state_dict()
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
            f"not a checkpoint of {type(model).__name__} as configured: {len(faults)} of {len(expected)} weights differ, "
            f"first: {faults[0]}",
            "pass the checkpoint that was trained with this config",
        )


def _first_sentence(error: Exception) -> str:
    return str(error).split("\n")[0].split(". ")[0]
