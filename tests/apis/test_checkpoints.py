"""Checkpoints: what is loaded, what is refused, and which one a killed training continues from."""

import os
from pathlib import Path

import numpy as np
import pytest
import torch
from mmengine.logging import HistoryBuffer
from mmengine.model import MMDistributedDataParallel
from torch import nn

from mots_plugin.apis.checkpoints import check_fits, check_resumable, latest_readable_checkpoint, read_checkpoint
from mots_plugin.formats.errors import FormatError


def save_run(folder: Path, iteration: int, *, last: bool = False) -> Path:
    """A checkpoint as mmengine's runner writes it, log buffers included; optionally called the last one."""
    losses = HistoryBuffer([1.0, 0.5], [1, 1])
    file = folder / f"iter_{iteration}.pth"
    content = {
        "meta": {"iter": iteration, "seed": 0},
        "state_dict": nn.Linear(2, 1).state_dict(),
        "message_hub": {"log_scalars": {"train/loss": losses}, "runtime_info": {"lr": np.float64(0.1)}},
        "optimizer": {},
    }
    torch.save(content, file)
    os.utime(file, (iteration, iteration))
    if last:
        (folder / "last_checkpoint").write_text(str(file))
    return file


def halve(file: Path) -> None:
    file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])


class CallsOnUnpickling:
    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


class TestReading:
    def test_what_a_runner_saved_comes_back_with_its_log(self, tmp_path):
        checkpoint = read_checkpoint(save_run(tmp_path, 100))
        assert checkpoint["meta"]["iter"] == 100
        assert checkpoint["message_hub"]["log_scalars"]["train/loss"].mean() == 0.75
        assert checkpoint["message_hub"]["runtime_info"]["lr"] == 0.1

    def test_bare_weights_are_put_into_the_form_of_a_checkpoint(self, tmp_path):
        torch.save({"weight": torch.ones(2)}, tmp_path / "bare.pth")
        assert read_checkpoint(tmp_path / "bare.pth")["state_dict"]["weight"].tolist() == [1, 1]

    @pytest.mark.parametrize(("function", "name"), [(os.system, "posix.system"), (eval, "eval"), (exec, "exec")])
    def test_code_is_never_run(self, tmp_path, function, name):
        trace = tmp_path / "trace"
        code = f"touch {trace}" if function is os.system else f"open({str(trace)!r}, 'w').close()"
        torch.save({"state_dict": {"weight": CallsOnUnpickling(function, code)}}, tmp_path / "evil.pth")
        with pytest.raises(FormatError, match=f"evil.pth: refused to load: it asks for {name}, which could run code"):
            read_checkpoint(tmp_path / "evil.pth")
        assert not trace.exists()
        function(code)
        assert trace.exists()  # what an unsafe loader would have done

    def test_a_log_buffer_may_name_its_own_statistics_only(self, tmp_path):
        torch.save({"state_dict": {"weight": CallsOnUnpickling(getattr, HistoryBuffer, "mean")}}, tmp_path / "mean.pth")
        with pytest.raises(FormatError, match="holds no state_dict"):  # read, and found to be no tensor
            read_checkpoint(tmp_path / "mean.pth")
        torch.save({"weight": CallsOnUnpickling(getattr, HistoryBuffer, "__init__")}, tmp_path / "init.pth")
        with pytest.raises(FormatError, match="refused to load"):
            read_checkpoint(tmp_path / "init.pth")

    @pytest.mark.parametrize(
        ("content", "problem"),
        [
            ([1, 2], "holds no state_dict"),
            ({}, "holds no state_dict"),
            ({"state_dict": {"weight": 3}}, "holds no state_dict"),
            ({"state_dict": [torch.ones(1)]}, "holds no state_dict"),
        ],
    )
    def test_other_files_of_torch_are_no_checkpoints(self, tmp_path, content, problem):
        torch.save(content, tmp_path / "other.pth")
        with pytest.raises(FormatError, match=f"other.pth: {problem}; pass a checkpoint written by tools/train.py"):
            read_checkpoint(tmp_path / "other.pth")

    def test_text_and_folders_are_no_checkpoints(self, tmp_path):
        (tmp_path / "notes.txt").write_text("not a checkpoint")
        with pytest.raises(FormatError, match=r"notes\.txt: (refused to load|not a readable checkpoint)"):
            read_checkpoint(tmp_path / "notes.txt")
        with pytest.raises(FormatError, match="checkpoint not found"):
            read_checkpoint(tmp_path)


class TestFitting:
    def test_a_wrong_shape_is_named_first(self):
        stored = {"weight": torch.zeros(1, 3), "extra": torch.zeros(1)}
        message = (
            r"a.pth: not a checkpoint of Linear as configured: 3 of 2 weights differ, "
            r"first: weight is \(1, 3\), the model has \(1, 2\); pass the checkpoint"
        )
        with pytest.raises(FormatError, match=message):
            check_fits("a.pth", {"state_dict": stored}, nn.Linear(2, 1))

    def test_missing_and_unknown_weights_are_named(self):
        with pytest.raises(FormatError, match="1 of 2 weights differ, first: bias is missing"):
            check_fits("a.pth", {"state_dict": {"weight": torch.zeros(1, 2)}}, nn.Linear(2, 1))
        stored = {**nn.Linear(2, 1).state_dict(), "gamma": torch.zeros(1)}
        with pytest.raises(FormatError, match="1 of 2 weights differ, first: gamma is not in the model"):
            check_fits("a.pth", {"state_dict": stored}, nn.Linear(2, 1))

    def test_a_model_that_is_spread_over_processes_is_seen_through(self):
        wrapped = MMDistributedDataParallel.__new__(MMDistributedDataParallel)
        nn.Module.__init__(wrapped)
        wrapped.add_module("module", nn.Linear(2, 1))
        check_fits("a.pth", {"state_dict": nn.Linear(2, 1).state_dict()}, wrapped)

    def test_weights_alone_cannot_be_resumed(self):
        with pytest.raises(FormatError, match="training cannot continue from it, since it holds no optimizer"):
            check_resumable("a.pth", {"state_dict": {}, "meta": {}, "message_hub": {}})


class TestTheLatest:
    def test_the_one_that_the_run_called_its_last(self, tmp_path):
        save_run(tmp_path, 100, last=True)
        save_run(tmp_path, 200)  # killed between writing it and calling it the last
        assert latest_readable_checkpoint(tmp_path) == tmp_path / "iter_100.pth"

    def test_the_one_before_when_the_last_is_half_written(self, tmp_path, capsys):
        save_run(tmp_path, 100)
        save_run(tmp_path, 200)
        halve(save_run(tmp_path, 300, last=True))
        assert latest_readable_checkpoint(tmp_path) == tmp_path / "iter_200.pth"
        note = f"note: passed over {tmp_path}/iter_300.pth: not a readable checkpoint"
        assert capsys.readouterr().err.startswith(note)

    def test_the_newest_when_the_last_is_gone_or_not_named(self, tmp_path):
        save_run(tmp_path, 100)
        save_run(tmp_path, 200)
        (tmp_path / "last_checkpoint").write_text(str(tmp_path / "iter_800.pth"))
        assert latest_readable_checkpoint(tmp_path) == tmp_path / "iter_200.pth"
        (tmp_path / "last_checkpoint").write_text("")  # killed while it was written
        assert latest_readable_checkpoint(tmp_path) == tmp_path / "iter_200.pth"

    def test_in_a_folder_that_was_moved(self, tmp_path):
        save_run(tmp_path, 100)
        (tmp_path / "last_checkpoint").write_text("/elsewhere/iter_100.pth")
        assert latest_readable_checkpoint(tmp_path) == tmp_path / "iter_100.pth"

    def test_none_in_a_new_folder(self, tmp_path):
        assert latest_readable_checkpoint(tmp_path) is None
        assert latest_readable_checkpoint(tmp_path / "not_made_yet") is None

    def test_an_error_when_none_can_be_read(self, tmp_path):
        halve(save_run(tmp_path, 100, last=True))
        with pytest.raises(FormatError, match="no checkpoint that can be read; remove it, or train without --resume"):
            latest_readable_checkpoint(tmp_path)

    def test_links_and_weights_of_the_best_epoch_are_not_continued_from(self, tmp_path):
        (tmp_path / "latest.pth").symlink_to(save_run(tmp_path, 100))
        torch.save({"state_dict": {"weight": torch.ones(1)}}, tmp_path / "best_sMOTSA_iter_200.pth")
        assert latest_readable_checkpoint(tmp_path) == tmp_path / "iter_100.pth"
