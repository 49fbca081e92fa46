"""Where mixed precision ends: RoIAlign and NMS have no bfloat16 kernels on CPUs, and boxes need the digits."""

from __future__ import annotations

from typing import Any

from torch import Tensor, nn


def to_single_precision(value: Any) -> Any:
    """Turn the floating-point tensors of nested tuples and lists into float32; those that are, stay the same."""
    if isinstance(value, Tensor):
        return value.float() if value.is_floating_point() else value
    if isinstance(value, list | tuple):
        return type(value)(to_single_precision(part) for part in value)
    return value


def put_out_single_precision(module: nn.Module) -> None:
    """Make a module's outputs float32, whatever precision it computes in under autocast."""
    module.register_forward_hook(lambda _module, _inputs, outputs: to_single_precision(outputs))
