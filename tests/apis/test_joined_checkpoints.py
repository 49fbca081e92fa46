"""Networks that were trained apart, in one checkpoint that fits the whole model."""

from pathlib import Path

import pytest
import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

import mots_plugin.registration  # noqa: F401
from mots_plugin.apis.joined_checkpoints import join_checkpoints
from mots_plugin.formats.errors import FormatError

CONFIG = str(Path(__file__).resolve().parents[2] / "configs" / "pointtrack" / "pointtrack_tiny_toy-street.py")


@pytest.fixture(scope="module")
def model():
    init_default_scope("mmdet")
    torch.manual_seed(0)
    return MODELS.build(Config.fromfile(CONFIG).model)


@pytest.fixture
def parts(model, tmp_path):
    """Checkpoints as the two trainings write them."""
    (network,) = model.networks
    embedding = {f"embedding.{name}": value for name, value in network.embedding.state_dict().items()}
    torch.save({"state_dict": network.segmenter.state_dict()}, tmp_path / "segmenter.pth")
    torch.save({"state_dict": embedding}, tmp_path / "embedding.pth")
    return [("networks.0.segmenter", str(tmp_path / "segmenter.pth")), ("networks.0", str(tmp_path / "embedding.pth"))]


def test_the_joined_weights_are_those_of_the_parts(model, parts, tmp_path):
    count = join_checkpoints(CONFIG, parts, tmp_path / "joined.pth")
    state = torch.load(tmp_path / "joined.pth", weights_only=True)["state_dict"]
    expected = model.state_dict()
    assert count == len(expected)
    assert set(state) == set(expected)
    assert all(torch.equal(value, expected[name]) for name, value in state.items())


def test_a_missing_part_is_named(parts, tmp_path):
    with pytest.raises(FormatError, match=r"do not fit in \d+ places, such as missing: networks.0.embedding"):
        join_checkpoints(CONFIG, parts[:1], tmp_path / "joined.pth")
    assert not (tmp_path / "joined.pth").exists()


def test_two_checkpoints_in_one_place_are_refused(parts, tmp_path):
    with pytest.raises(FormatError, match="a second time"):
        join_checkpoints(CONFIG, [*parts, parts[0]], tmp_path / "joined.pth")
