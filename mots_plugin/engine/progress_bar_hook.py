"""A progress bar over training iterations and test frames."""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from mmdet.registry import HOOKS
from mmengine.dist import is_main_process
from mmengine.hooks import Hook
from mmengine.runner import Runner
from tqdm import tqdm
from tqdm.contrib import DummyTqdmFile


@HOOKS.register_module()
class ProgressBarHook(Hook):
    """Shows how far a run has come and how long it will take, on a terminal and the main process only.

    Where the output is no terminal, mmengine's log lines say the same.
    """

    priority = "VERY_LOW"

    def __init__(self) -> None:
        self._bar: tqdm | None = None
        self._streams: list[tuple[logging.StreamHandler, Any]] = []

    def before_train(self, runner: Runner) -> None:
        """Open the bar at the iteration that a resumed run continues from."""
        self._open(runner, "train", runner.max_iters, runner.iter, "it")

    def after_train_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None, outputs: dict | None = None
    ) -> None:
        """Advance by one iteration."""
        if self._bar is not None:
            loss = (outputs or {}).get("loss")
            self._bar.set_postfix(loss="?" if loss is None else f"{loss.item():.3f}")
            self._bar.update()

    def after_train(self, runner: Runner) -> None:
        """Close the bar."""
        self._close()

    def before_test_epoch(self, runner: Runner) -> None:
        """Open a bar over the frames of this rank."""
        self._open(runner, "test", len(runner.test_dataloader), 0, "frame")

    def after_test_iter(
        self, runner: Runner, batch_idx: int, data_batch: dict | None = None, outputs: Sequence | None = None
    ) -> None:
        """Advance by one frame."""
        if self._bar is not None:
            self._bar.update()

    def after_test_epoch(self, runner: Runner, metrics: dict[str, float] | None = None) -> None:
        """Close the bar."""
        self._close()

    def _open(self, runner: Runner, what: str, total: int, initial: int, unit: str) -> None:
        if not is_main_process():
            return
        self._bar = tqdm(desc=what, total=total, initial=initial, unit=unit, dynamic_ncols=True, disable=None)
        if not self._bar.disable:  # log lines go above the bar, not into it
            for handler in runner.logger.handlers:
                if isinstance(handler, logging.StreamHandler) and not isinstance(handler, logging.FileHandler):
                    self._streams.append((handler, handler.stream))
                    handler.setStream(DummyTqdmFile(handler.stream))

    def _close(self) -> None:
        for handler, stream in self._streams:
            handler.setStream(stream)
        self._streams.clear()
        if self._bar is not None:
            self._bar.close()
            self._bar = None
