"""Which errors of a run are put as one line, and which keep their traceback."""

import os
from pathlib import Path
from urllib.error import URLError

import pytest
import torch
from mmdet.registry import TASK_UTILS
from mmengine.model import BaseModule
from mmengine.runner import checkpoint as mmengine_checkpoint
from torch._utils import ExceptionWrapper

import mots_plugin.registration  # noqa: F401
from mots_plugin.apis.run_errors import named_run_errors
from mots_plugin.formats.errors import FormatError


def raise_in_a_worker(error: Exception) -> None:
    """Raise an error as torch does when a data loader worker met it: as the text of a traceback."""
    try:
        raise error
    except Exception:
        wrapped = ExceptionWrapper(where="in DataLoader worker process 0")
    wrapped.reraise()


@pytest.mark.parametrize(
    ("part", "reason"),
    [
        ({"type": "StagedTrackr"}, "StagedTrackr is not in the mmdet::task util registry"),
        ({"type": "EmbeddingGallery", "size": 3}, r"EmbeddingGallery.__init__\(\) got an unexpected .* 'size'"),
        ({"type": "EmbeddingGallery", "max_per_track": 0}, "EmbeddingGallery: max_per_track is 0, it must be at .*"),
        ({"type": "MaxIoUAssigner", "foo": 1}, r"MaxIoUAssigner.__init__\(\) got an unexpected .* 'foo'"),
    ],
)
def test_a_part_that_cannot_be_built_names_the_config(part, reason):
    with pytest.raises(FormatError, match=rf"^street.py: {reason}; correct the entry"), named_run_errors("street.py"):
        TASK_UTILS.build(part)


def test_bad_input_that_a_worker_met_is_raised_as_the_worker_did():
    error = FormatError("a: b/000005.png", "cannot be read (x; y)", "restore the file", place=3)
    with pytest.raises(FormatError) as raised, named_run_errors("street.py"):
        raise_in_a_worker(error)
    assert str(raised.value) == str(error)


def test_a_bug_of_a_worker_keeps_its_traceback():
    with pytest.raises(ValueError, match="(?s)Traceback.*a bug") as raised, named_run_errors("street.py"):
        raise_in_a_worker(ValueError("a bug"))
    assert not isinstance(raised.value, FormatError)


def test_a_bug_outside_of_building_passes_as_it_is():
    with pytest.raises(TypeError, match="^got an unexpected keyword argument$"), named_run_errors("street.py"):
        raise TypeError("got an unexpected keyword argument")


def handle_every_exception_alike() -> None:
    """Fail as mmengine does when Ctrl-C comes while it formats the config for a checkpoint."""
    try:
        raise KeyboardInterrupt
    except BaseException:
        raise SyntaxError("Failed to format the config file")  # noqa: B904


def test_ctrl_c_that_a_library_took_for_an_error_is_still_ctrl_c():
    with pytest.raises(KeyboardInterrupt), named_run_errors("street.py"):
        handle_every_exception_alike()


class RunsCommand:
    def __reduce__(self) -> tuple:
        return os.system, ("touch it_ran",)


def refused(path: Path) -> None:
    torch.save({"state_dict": {"weight": RunsCommand()}}, path)


def truncated(path: Path) -> None:
    torch.save({"state_dict": {"weight": torch.ones(1000)}}, path)
    path.write_bytes(path.read_bytes()[:2000])


def initialise(checkpoint: str, prefix: str | None = None) -> None:
    """Start a part of a model from the weights that its config names, as training does."""
    part = BaseModule({"type": "Pretrained", "checkpoint": checkpoint, "prefix": prefix})
    part.add_module("layer", torch.nn.Linear(1, 1))
    part.init_weights()


@pytest.mark.parametrize("prefix", [None, "backbone"])
@pytest.mark.parametrize(
    ("write", "problem"),
    [
        (refused, "refused to load: it asks for posix.system, which could run code; pass a checkpoint written by"),
        (truncated, r"not a readable checkpoint \(.*\); write or copy it again$"),
        (Path.touch, r"not a readable checkpoint \(.*\); write or copy it again$"),
        (lambda path: None, "checkpoint not found; put it there, or correct the config that names it$"),
    ],
)
def test_a_checkpoint_of_an_init_cfg_that_cannot_be_read_is_named(tmp_path, monkeypatch, write, problem, prefix):
    monkeypatch.chdir(tmp_path)
    write(tmp_path / "resnet.pth")
    with pytest.raises(FormatError, match=rf"resnet\.pth: {problem}"), named_run_errors("street.py"):
        initialise(str(tmp_path / "resnet.pth"), prefix)
    assert not (tmp_path / "it_ran").exists()


@pytest.mark.parametrize(
    ("error", "problem"),
    [
        (URLError("no network"), r"cannot be downloaded \(<urlopen error no network>\); download it where there is"),
        (ModuleNotFoundError(name="torchvision"), "cannot be found without torchvision; pip install torchvision$"),
        (RuntimeError("broken"), r"not a readable checkpoint \(broken\); remove the copy in .*checkpoints, so that"),
    ],
)
def test_a_checkpoint_of_an_address_is_named(monkeypatch, error, problem):
    def fail(*arguments, **options):
        raise error

    monkeypatch.setattr(mmengine_checkpoint, "load_url", fail)
    with pytest.raises(FormatError, match=f"^https://host/resnet.pth: .*{problem}"), named_run_errors("street.py"):
        initialise("https://host/resnet.pth")
