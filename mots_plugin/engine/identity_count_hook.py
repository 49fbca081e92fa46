"""A classifier of identities must have a class for each identity in the data."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmdet.registry import HOOKS
from mmengine.hooks import Hook
from mmengine.runner import Runner

from mots_plugin.formats.errors import FormatError


@HOOKS.register_module()
class IdentityCountHook(Hook):
    """Compares ``identity_counts`` in the config of the model with the training data, before the first step.

    More than needed are said in a warning: a released classifier has them, and so has a config written for more data.

    Raises:
        FormatError: The data has more identities of a class than the model can tell apart.
    """

    def before_train(self, runner: Runner) -> None:
        """Check every part of the model that counts identities."""
        needed = list(runner.train_dataloader.dataset.identity_counts)
        for place, counts in _identity_counts(runner.cfg.model, "model"):
            problem = f"{place}={counts}, but the training data has {needed} identities"
            cure = f"write {place}={needed}"
            if len(counts) != len(needed) or any(has < needs for has, needs in zip(counts, needed, strict=True)):
                raise FormatError(runner.cfg.filename or "config", problem, cure)
            if counts != needed:
                runner.logger.warning(f"{problem}; to fit them {cure}")


def _identity_counts(config: Any, place: str) -> Iterator[tuple[str, list[int]]]:
    """Yield every ``identity_counts`` in a nested config, with the key that overrides it."""
    entries = config.items() if isinstance(config, dict) else enumerate(config) if isinstance(config, list) else ()
    for key, value in entries:
        if key == "identity_counts" and value is not None:
            yield f"{place}.{key}", list(value)
        else:
            yield from _identity_counts(value, f"{place}.{key}")
