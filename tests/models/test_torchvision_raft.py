"""RAFT from torchvision: one line where that is missing, real flow shapes where it is not."""

import runpy
from pathlib import Path

import numpy as np
import pytest
import torch

import mots_plugin.registration  # noqa: F401
from mots_plugin.apis.run_errors import named_run_errors
from mots_plugin.formats.errors import FormatError
from mots_plugin.models.flow import TorchvisionRAFT


def torchvision_works() -> bool:
    try:
        import torchvision  # noqa: F401
    except (ImportError, RuntimeError):
        return False
    return True


without_torchvision = pytest.mark.skipif(torchvision_works(), reason="torchvision is installed")
with_torchvision = pytest.mark.skipif(not torchvision_works(), reason="torchvision is not installed")


@without_torchvision
def test_without_torchvision_a_config_is_refused_in_one_line():
    from mmdet.registry import TRANSFORMS

    provider = {"type": "RAFTFlow", "network": {"type": "TorchvisionRAFT"}}
    with pytest.raises(FormatError) as error, named_run_errors("street.py"):
        TRANSFORMS.build({"type": "LoadFlow", "provider": provider})
    assert str(error.value).startswith("street.py: RAFT needs torchvision, which cannot be imported (")
    assert "; install the one that matches torch" in str(error.value)


@with_torchvision
def test_flow_of_a_pair(tmp_path):
    from torchvision.models.optical_flow import raft_small

    torch.manual_seed(0)
    weights = raft_small().state_dict()
    torch.save(weights, tmp_path / "raft.pth")
    network = TorchvisionRAFT(str(tmp_path / "raft.pth"), small=True, iterations=2)
    images = np.random.default_rng(0).uniform(-1, 1, (2, 3, 128, 136)).astype(np.float32)
    flow = network(*images)
    assert flow.shape == (2, 128, 136)
    assert np.isfinite(flow).all()
    expected = raft_small()
    expected.load_state_dict(weights)
    with torch.no_grad():
        last = expected.eval()(*torch.from_numpy(images)[:, None], num_flow_updates=2)[-1]
    np.testing.assert_allclose(flow, last[0].numpy(), atol=1e-5)


@with_torchvision
def test_weights_that_do_not_fit(tmp_path):
    torch.save({"a": torch.zeros(1)}, tmp_path / "other.pth")
    with pytest.raises(ValueError, match=r"other.pth do not fit the network"):
        TorchvisionRAFT(str(tmp_path / "other.pth"))
    with pytest.raises(ValueError, match=r"none.pth cannot be read \(No such file"):
        TorchvisionRAFT(str(tmp_path / "none.pth"))
    with pytest.raises(ValueError, match="RAFT weights 'best' are neither a .pth file nor one of C_T_V1"):
        TorchvisionRAFT("best")


@without_torchvision
def test_the_tool_that_fills_a_cache_says_the_same(tmp_path, capsys):
    (tmp_path / "street.json").write_text("{}")
    tool = runpy.run_path(str(Path(__file__).resolve().parents[2] / "tools" / "precompute_flow.py"))
    arguments = [tmp_path / "street.json", tmp_path, tmp_path / "flow", "--raft", "DEFAULT"]
    assert tool["main"](list(map(str, arguments))) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert line.startswith("error: --raft: RAFT needs torchvision, which cannot be imported (")
    assert line.endswith("; leave --raft out to use DIS")
