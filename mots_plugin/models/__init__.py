"""Networks: importing this package registers them."""

from . import backbones, heads, layers, losses, mot, refinement, task_modules

__all__ = ["backbones", "heads", "layers", "losses", "mot", "refinement", "task_modules"]
