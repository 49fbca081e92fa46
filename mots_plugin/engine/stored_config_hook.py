"""Checkpoints hold a config as Python text, which must not be run."""

from __future__ import annotations

from typing import Any

from mmdet.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner


@HOOKS.register_module()
class DropStoredConfigHook(Hook):
    """Takes the config text out of a checkpoint as it is loaded.

    ``Runner.resume`` of mmengine executes that text to look up a number of GPUs that no runner has stored for years, so
    a checkpoint from a stranger could run any code, safely unpickled as it may be.
    """

    priority = "VERY_HIGH"

    def after_load_checkpoint(self, runner: Runner, checkpoint: dict[str, Any]) -> None:
        """Drop the text; the run has its own config."""
        checkpoint.get("meta", {}).pop("config", None)
