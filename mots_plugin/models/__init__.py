"""Networks: importing this package registers them."""

from . import heads, layers, losses, mot, task_modules

__all__ = ["heads", "layers", "losses", "mot", "task_modules"]
