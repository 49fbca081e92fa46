"""Mixed precision in bfloat16, for devices that mmengine's AmpOptimWrapper refuses: CPUs."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import torch
from mmengine.optim import OptimWrapper
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn


@OPTIM_WRAPPERS.register_module()
class BFloat16OptimWrapper(OptimWrapper):
    """Computes convolutions and matrix products in bfloat16; weights and their updates stay in single precision.

    bfloat16 has the range of single precision, so the loss needs no scaling. Worth its while on CPUs with AMX or
    AVX512-BF16; see :func:`mots_plugin.apis.mixed_precision.amp_optim_wrapper`.
    """

    @contextmanager
    def optim_context(self, model: nn.Module) -> Iterator[None]:
        """Run the forward pass of a training step in mixed precision.

        Args:
            model: The model; its parameters tell the device.
        """
        device = next(model.parameters()).device.type
        with super().optim_context(model), torch.autocast(device, torch.bfloat16):
            yield
