"""No way in which mmengine, mmdet or torch load a checkpoint runs code that is in it, once this package is imported."""

import os

import pytest
import torch
from mmengine.config import Config
from mmengine.logging import HistoryBuffer
from mmengine.model import BaseModel, BaseModule
from mmengine.runner import Runner
from mmengine.runner.checkpoint import CheckpointLoader, _load_checkpoint_with_prefix, load_checkpoint
from mmengine.utils.dl_utils import load_url

import mots_plugin.registration  # noqa: F401
from mots_plugin.apis.checkpoints import allow_runner_checkpoints

URL = "https://example.org/evil.pth"


class Calls:
    """Pickled, it asks whoever unpickles it for a call."""

    def __init__(self, function, *arguments) -> None:
        self.call = function, arguments

    def __reduce__(self) -> tuple:
        return self.call


class Network(BaseModel):
    def __init__(self, init_cfg=None) -> None:
        super().__init__(init_cfg=init_cfg)
        self.layer = torch.nn.Linear(1, 1)

    def forward(self, inputs, data_samples=None, mode="tensor"):
        return {"loss": self.layer(inputs).sum()}


def by_a_runner(file, folder, **options):
    data = {"dataset": [torch.ones(1)], "sampler": {"type": "DefaultSampler"}, "batch_size": 1}
    optimizer = {"optimizer": {"type": "SGD", "lr": 0.1}}
    loop = {"by_epoch": False, "max_iters": 1}
    runner = Runner(
        Network(), str(folder), data, train_cfg=loop, optim_wrapper=optimizer, load_from=str(file), **options
    )
    runner.train()


def by_an_inferencer(file):
    from mmdet.apis import init_detector

    config = Config({"model": {"type": "FCOS", "backbone": {"type": "Darknet"}, "neck": None}})
    config.model.bbox_head = {"type": "FCOSHead", "num_classes": 1, "in_channels": 512}
    init_detector(config, str(file), device="cpu")


LOADERS = {
    "load_checkpoint": lambda file, folder: load_checkpoint(Network(), str(file)),
    "CheckpointLoader": lambda file, folder: CheckpointLoader.load_checkpoint(str(file), map_location="cpu"),
    "prefix": lambda file, folder: _load_checkpoint_with_prefix("backbone.", str(file)),
    "init_cfg": lambda file, folder: BaseModule({"type": "Pretrained", "checkpoint": str(file)}).init_weights(),
    "load_from": by_a_runner,
    "resume": lambda file, folder: by_a_runner(file, folder, resume=True),
    "init_detector": lambda file, folder: by_an_inferencer(file),
    "load_url": lambda file, folder: load_url(URL),
    "CheckpointLoader of an address": lambda file, folder: CheckpointLoader.load_checkpoint(URL),
    "torch.hub": lambda file, folder: torch.hub.load_state_dict_from_url(URL),
    "torch.load": lambda file, folder: torch.load(file, weights_only=False),
}


@pytest.fixture
def evil(tmp_path, monkeypatch):
    """A checkpoint that leaves a trace when it is unpickled; it lies in the cache of downloads, too."""
    cache = tmp_path / "hub" / "checkpoints"
    cache.mkdir(parents=True)
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    file = cache / "evil.pth"
    torch.save({"state_dict": {"layer.weight": Calls(os.system, f"touch {tmp_path / 'trace'}")}}, file)
    return file


@pytest.mark.parametrize("name", LOADERS)
def test_code_in_a_checkpoint_is_not_run(name, evil, tmp_path):
    with pytest.raises(Exception, match=r"system"):  # refused by the name of what it asks for
        LOADERS[name](evil, tmp_path)
    assert not (tmp_path / "trace").exists()


def test_no_attribute_is_looked_up_but_statistics_of_log_buffers(tmp_path):
    """By the real getattr a file would reach the functions of any class, and their global variables."""
    torch.save({"state_dict": {}, "meta": Calls(getattr, HistoryBuffer, "__init__")}, tmp_path / "evil.pth")
    for _ in range(2):  # loading once must not change what is allowed
        with pytest.raises(Exception, match="__init__"):
            load_checkpoint(Network(), str(tmp_path / "evil.pth"))
    losses = HistoryBuffer([1.0, 0.5], [1, 1])
    torch.save({"state_dict": Network().state_dict(), "losses": losses}, tmp_path / "mine.pth")
    for _ in range(2):
        assert load_checkpoint(Network(), str(tmp_path / "mine.pth"))["losses"].mean() == 0.75


@pytest.mark.parametrize("variable", ["TORCH_FORCE_WEIGHTS_ONLY_LOAD=0", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD=1"])
def test_the_environment_cannot_turn_safety_off(variable, evil, tmp_path, monkeypatch):
    monkeypatch.setenv(*variable.split("="))
    allow_runner_checkpoints()
    with pytest.raises(Exception, match=r"posix.system"):
        torch.load(evil, weights_only=False)
    assert not (tmp_path / "trace").exists()
