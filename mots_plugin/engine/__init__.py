"""Hooks of mmengine's runner, and an optimizer wrapper."""

from .bfloat16_optim_wrapper import BFloat16OptimWrapper
from .progress_bar_hook import ProgressBarHook
from .stored_config_hook import DropStoredConfigHook

__all__ = ["BFloat16OptimWrapper", "DropStoredConfigHook", "ProgressBarHook"]
