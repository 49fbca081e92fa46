"""tools/export_onnx.py, and what it refuses: one line each."""

import os
import sys

import pytest
import torch
from command_lines import CONFIG, ROOT

from mots_plugin.apis import init_model

JDE = "configs/jde/jde_tiny_800i_toy-street.py"


@pytest.fixture
def export(monkeypatch, capsys):
    """Return a function that runs the tool in this process and gives the line of its error."""
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    sys.modules.pop("export_onnx", None)
    import export_onnx

    def run(*arguments) -> str:
        assert export_onnx.main([str(argument) for argument in arguments]) == 1
        (line,) = capsys.readouterr().err.splitlines()
        return line

    return run


class RunsOnUnpickling:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple:
        return os.system, (self.command,)


def test_checkpoint_that_asks_for_code_to_be_run(export, tmp_path):
    evil, trace = tmp_path / "evil.pth", tmp_path / "trace"
    torch.save({"state_dict": RunsOnUnpickling(f"touch {trace}")}, evil)
    assert export(JDE, evil, tmp_path / "out").startswith(f"error: {evil}: refused to load: it asks for posix.system")
    assert not trace.exists()
    assert not (tmp_path / "out").exists()


def test_checkpoint_that_is_not_there(export, tmp_path):
    assert export(JDE, tmp_path / "none.pth", tmp_path / "out") == (
        f"error: {tmp_path}/none.pth: checkpoint not found; pass the .pth file that training wrote"
    )


def test_tracker_of_another_kind(export, tmp_path):
    model = init_model(str(ROOT / CONFIG), device="cpu")
    torch.save({"state_dict": model.state_dict()}, tmp_path / "weights.pth")
    line = export(CONFIG, tmp_path / "weights.pth", tmp_path / "out")
    assert line.endswith(
        f"{CONFIG}: its model is a TrackRCNN; JDE and PointTrack can be exported; pass the config of another tracker"
    )


def test_package_that_is_missing(export, tmp_path, monkeypatch):
    checkpoint = tmp_path / "weights.pth"
    torch.save({"state_dict": init_model(str(ROOT / JDE), device="cpu").state_dict()}, checkpoint)
    monkeypatch.setattr("mots_plugin.export.onnx_file.find_spec", lambda name: None if name == "onnxscript" else name)
    assert export(JDE, checkpoint, tmp_path / "out") == (
        f"error: {tmp_path}/out/detector.onnx: cannot be written: onnxscript is not installed; "
        "pip install 'mots_plugin[onnx]'"
    )


@pytest.mark.parametrize(
    ("content", "problem"),
    [
        (None, "not found; write it with tools/export_onnx.py"),
        (b"no network", "not a readable ONNX file ("),
    ],
)
def test_folder_that_is_no_export(content, problem, tmp_path):
    if content is not None:
        (tmp_path / "detector.onnx").write_bytes(content)
    with pytest.raises(ValueError, match="detector.onnx") as caught:
        init_model(str(ROOT / JDE), tmp_path)
    assert problem in str(caught.value)
