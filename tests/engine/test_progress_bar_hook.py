"""The progress bar: where it starts, how it advances, and that it stays off where there is no terminal."""

import io
import logging
from types import SimpleNamespace

import torch

from mots_plugin.engine import ProgressBarHook


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def write_to(stream: io.StringIO, monkeypatch) -> io.StringIO:
    """Let stderr be a stream; called in the test itself, since pytest sets stderr anew after fixtures."""
    monkeypatch.setattr("sys.stderr", stream)
    return stream


def test_a_resumed_training_starts_where_it_stopped(monkeypatch):
    terminal = write_to(Terminal(), monkeypatch)
    hook, runner = ProgressBarHook(), SimpleNamespace(max_iters=10, iter=8, logger=logging.getLogger("bar"))
    hook.before_train(runner)
    hook.after_train_iter(runner, 8, outputs={"loss": torch.tensor(0.25, requires_grad=True)})
    hook.after_train_iter(runner, 9, outputs={"loss": torch.tensor(0.125, requires_grad=True)})
    hook.after_train(runner)
    first, *_, last = terminal.getvalue().strip().split("\r")
    assert "8/10" in first
    assert "10/10" in last
    assert "loss=0.125" in last


def test_the_frames_of_a_test_are_counted(monkeypatch):
    terminal = write_to(Terminal(), monkeypatch)
    hook, runner = ProgressBarHook(), SimpleNamespace(test_dataloader=range(3), logger=logging.getLogger("bar"))
    hook.before_test_epoch(runner)
    for frame in range(3):
        hook.after_test_iter(runner, frame)
    hook.after_test_epoch(runner)
    assert "3/3" in terminal.getvalue().split("\r")[-1]


def test_log_lines_go_above_the_bar(monkeypatch):
    terminal = write_to(Terminal(), monkeypatch)
    logger = logging.getLogger("above-the-bar")
    console = logging.StreamHandler(terminal)
    logger.addHandler(console)
    hook, runner = ProgressBarHook(), SimpleNamespace(test_dataloader=range(2), logger=logger)
    hook.before_test_epoch(runner)
    hook.after_test_iter(runner, 0)
    logger.warning("half way")
    hook.after_test_iter(runner, 1)
    hook.after_test_epoch(runner)
    logger.warning("done")
    lines = [line.split("\r")[-1].strip() for line in terminal.getvalue().split("\n")]
    assert lines[0] == "half way"
    assert "2/2" in lines[1]
    assert lines[2] == "done"
    assert console.stream is terminal


def test_a_log_file_gets_no_bar(monkeypatch):
    log = write_to(io.StringIO(), monkeypatch)
    hook, runner = ProgressBarHook(), SimpleNamespace(test_dataloader=range(1))
    hook.before_test_epoch(runner)
    hook.after_test_iter(runner, 0)
    hook.after_test_epoch(runner)
    assert log.getvalue() == ""


def test_other_processes_than_the_main_one_show_none(monkeypatch):
    terminal = write_to(Terminal(), monkeypatch)
    monkeypatch.setattr("mots_plugin.engine.progress_bar_hook.is_main_process", lambda: False)
    hook, runner = ProgressBarHook(), SimpleNamespace(max_iters=1, iter=0)
    hook.before_train(runner)
    hook.after_train_iter(runner, 0, outputs={"loss": torch.tensor(1.0)})
    hook.after_train(runner)
    assert terminal.getvalue() == ""
