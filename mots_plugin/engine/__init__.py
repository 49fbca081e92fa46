"""Hooks of mmengine's runner, an optimizer wrapper, and how its files are written."""

from .bfloat16_optim_wrapper import BFloat16OptimWrapper
from .identity_count_hook import IdentityCountHook
from .progress_bar_hook import ProgressBarHook
from .stored_config_hook import DropStoredConfigHook
from .whole_file_backend import WholeFileBackend

__all__ = ["BFloat16OptimWrapper", "DropStoredConfigHook", "IdentityCountHook", "ProgressBarHook", "WholeFileBackend"]
