"""The converter of JDE's and darknet's weights as users call it."""

import runpy
import sys

import numpy as np
import pytest
import torch
from command_lines import ROOT

CONFIGS = ROOT / "configs"
MODEL = f"""
_base_ = ['{CONFIGS}/_base_/models/jde_darknet53.py', '{CONFIGS}/_base_/default_runtime.py']
tracker = dict(type='StagedTracker', stages=[], lifecycle=dict(type='Lifecycle', min_score=0.5, birth_score=0.5))
model = dict(type='JDE', data_preprocessor=_base_.data_preprocessor, detector=_base_.detector, tracker=tracker)
"""


@pytest.fixture
def convert(monkeypatch, capfd, tmp_path):
    """Run the converter in this process; returns exit code, lines on stdout and lines on stderr."""
    (tmp_path / "jde.py").write_text(MODEL)

    def call(*arguments):
        monkeypatch.setattr(sys, "argv", ["jde.py", str(tmp_path / "jde.py"), *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(ROOT / "tools" / "model_converters" / "jde.py"), run_name="__main__")
        output = capfd.readouterr()
        return end.value.code, output.out.splitlines(), output.err.splitlines()

    return call


def released_file(path):
    """As the official training writes it: a few weights that fit, one of another size, one that nobody knows."""
    state = {
        "module_list.0.conv_0.weight": torch.arange(32 * 3 * 3 * 3.0).reshape(32, 3, 3, 3),
        "module_list.0.batch_norm_0.running_var": torch.full((32,), 2.0),
        "module_list.0.batch_norm_0.num_batches_tracked": torch.tensor(7),
        "module_list.83.conv_83.bias": torch.ones(512),
        "classifier.bias": torch.zeros(100),
        "module_list.116.conv_116.bias": torch.zeros(1),
    }
    torch.save({"epoch": 29, "model": state, "optimizer": {"state": {}, "param_groups": [{"lr": 1e-4}]}}, path)
    return path


def test_a_released_file(convert, tmp_path):
    released, out = released_file(tmp_path / "jde.pt"), tmp_path / "out.pth"
    code, listed, error = convert(released, out)
    assert code == 1
    assert "unknown variable: module_list.116.conv_116.bias" in listed
    assert "missing: detector.neck.detect1.conv1.conv.weight" in listed
    assert "wrong shape: detector.bbox_head.identity_loss.banks.0.bias is (100,), the model has (14455,)" in listed
    assert len(error) == 1
    assert not out.exists()

    code, listed, error = convert(released, out, "--partial")
    assert code == 0
    assert error == []
    assert listed[-1] == f"3 weights lie in {out}"
    state = torch.load(out, weights_only=True)["state_dict"]
    assert state["detector.backbone.conv1.conv.weight"][1, 0, 0].tolist() == [27, 28, 29]
    assert state["detector.backbone.conv1.bn.running_var"].unique().tolist() == [2]
    assert state["detector.bbox_head.embeddings.0.bias"].unique().tolist() == [1]


def test_darknet_files_must_have_the_length_of_the_network(convert, tmp_path):
    """darknet53.conv.74 has 162,482,580 bytes: 40,620,640 numbers behind its header."""
    file = tmp_path / "darknet53.conv.74"
    np.zeros(105, np.float32).tofile(file)
    code, listed, (error,) = convert(file, tmp_path / "out.pth")
    assert code == 1
    assert listed == []
    assert error == (
        f"error: {file}: holds 100 numbers, the model has 65717416, its backbone 40620640; "
        "choose the config of these weights, or pass --backbone to take what belongs to Darknet-53"
    )
