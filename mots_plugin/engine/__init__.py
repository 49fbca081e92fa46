"""Hooks of mmengine's runner."""

from .progress_bar_hook import ProgressBarHook
from .stored_config_hook import DropStoredConfigHook

__all__ = ["DropStoredConfigHook", "ProgressBarHook"]
