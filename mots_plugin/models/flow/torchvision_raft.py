"""RAFT from torchvision, where that is installed."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from enum import Enum
from pathlib import Path

import numpy as np
import torch
from mmdet.registry import TASK_UTILS
from numpy.typing import NDArray


@TASK_UTILS.register_module()
class TorchvisionRAFT:
    """The network of ``RAFTFlow``.

    Args:
        weights: A .pth file of RAFT's weights, or the name of weights that torchvision downloads when first used
            (``'DEFAULT'``, ``'C_T_SKHT_V2'``, ...).
        small: The small variant of RAFT.
        iterations: Updates of the flow; 12 by torchvision's default, fewer are quicker.
        device: Where the network runs. Workers of a data loader need ``'cpu'``; elsewhere let
            tools/precompute_flow.py fill a cache.

    Raises:
        ValueError: torchvision cannot be imported, has no weights of this name, or the file holds other weights.
    """

    def __init__(
        self, weights: str = "DEFAULT", small: bool = False, iterations: int = 12, device: str = "cpu"
    ) -> None:
        build, names = _torchvision_raft(small)
        if Path(weights).suffix == ".pth":
            network = build()
            _load(network, weights)
        elif weights in names.__members__:
            network = build(weights=names[weights])
        else:
            raise ValueError(
                f"RAFT weights {weights!r} are neither a .pth file nor one of {', '.join(names.__members__)}"
            )
        self.network = network.to(device).eval().requires_grad_(False)
        self.iterations = iterations
        self.device = device

    def __call__(self, previous: NDArray[np.float32], image: NDArray[np.float32]) -> NDArray[np.float32]:
        """Return (2, h, w) flow from one (3, h, w) image to the next; see ``FlowNetwork``."""
        with torch.inference_mode():
            pair = [torch.from_numpy(frame)[None].to(self.device) for frame in (previous, image)]
            return self.network(*pair, num_flow_updates=self.iterations)[-1][0].cpu().numpy()


def _torchvision_raft(small: bool) -> tuple[Callable[..., torch.nn.Module], type[Enum]]:
    """Return what builds the network, and the names of the weights that can be downloaded for it."""
    try:
        from torchvision.models import optical_flow
    except (ImportError, RuntimeError) as error:  # a torchvision of another torch fails with the latter
        reason = str(error).splitlines()[0]
        raise ValueError(
            f"RAFT needs torchvision, which cannot be imported ({reason}); install the one that matches torch"
        ) from error
    if small:
        return optical_flow.raft_small, optical_flow.Raft_Small_Weights
    return optical_flow.raft_large, optical_flow.Raft_Large_Weights


def _load(network: torch.nn.Module, path: str) -> None:
    try:
        network.load_state_dict(torch.load(path, map_location="cpu", weights_only=True))
    except OSError as error:
        raise ValueError(f"RAFT weights {path} cannot be read ({error.strerror})") from None
    except (RuntimeError, pickle.UnpicklingError, EOFError, TypeError) as error:
        raise ValueError(f"RAFT weights {path} do not fit the network ({str(error).splitlines()[0]})") from error
