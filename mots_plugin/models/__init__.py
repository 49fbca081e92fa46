"""Networks: importing this package registers them."""

from . import backbones, embedding, flow, heads, layers, losses, mot, necks, refinement, reid, segmenters, task_modules

__all__ = [
    "backbones",
    "embedding",
    "flow",
    "heads",
    "layers",
    "losses",
    "mot",
    "necks",
    "refinement",
    "reid",
    "segmenters",
    "task_modules",
]
