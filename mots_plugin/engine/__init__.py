"""Hooks of mmengine's runner, and an optimizer wrapper."""

from .bfloat16_optim_wrapper import BFloat16OptimWrapper
from .identity_count_hook import IdentityCountHook
from .progress_bar_hook import ProgressBarHook
from .stored_config_hook import DropStoredConfigHook

__all__ = ["BFloat16OptimWrapper", "DropStoredConfigHook", "IdentityCountHook", "ProgressBarHook"]
