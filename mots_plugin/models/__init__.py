"""Networks: importing this package registers them."""

from . import backbones, flow, heads, layers, losses, mot, refinement, task_modules

__all__ = ["backbones", "flow", "heads", "layers", "losses", "mot", "refinement", "task_modules"]
