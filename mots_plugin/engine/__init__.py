"""Hooks of mmengine's runner."""

from .progress_bar_hook import ProgressBarHook

__all__ = ["ProgressBarHook"]
