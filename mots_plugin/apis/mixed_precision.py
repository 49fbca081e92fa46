"""Mixed precision on whatever device there is: half precision on GPUs, bfloat16 on CPUs that compute with it."""

from __future__ import annotations

import torch
from mmengine.config import Config
from mmengine.device import get_device

from mots_plugin.formats.errors import FormatError


def use_mixed_precision(config: Config, only_where_faster: bool = False) -> None:
    """Make a config's training run in mixed precision; weights and their updates stay in single precision.

    Args:
        config: Its ``optim_wrapper`` is changed.
        only_where_faster: Leave the config as it is where there is nothing to gain, rather than raise.

    Raises:
        FormatError: There is only a CPU without bfloat16 units.
    """
    if get_device() != "cpu":
        config.optim_wrapper.type = "AmpOptimWrapper"
        config.optim_wrapper.loss_scale = "dynamic"
    elif cpu_computes_bfloat16():
        config.optim_wrapper.type = "BFloat16OptimWrapper"
    elif not only_where_faster:
        raise FormatError("--amp", "needs a GPU, or a CPU with AVX512-BF16 or AMX, and there is none", "leave it out")


def cpu_computes_bfloat16() -> bool:
    """Return whether this CPU multiplies bfloat16 numbers in hardware; elsewhere they are slower than float32."""
    if not hasattr(torch.cpu, "get_capabilities"):  # torch before 2.10
        return False
    capabilities = torch.cpu.get_capabilities()
    return bool(capabilities.get("avx512_bf16") or capabilities.get("amx_bf16"))
