"""Checkpoints of research code: old and new, with objects in them that must never come to life."""

import collections
import os
import pickle

import numpy as np
import pytest
import torch

from mots_plugin.formats.errors import FormatError
from mots_plugin.weights.torch_pickle import read_torch_tensors


class Logger:
    """Would leave a file behind if it were unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return os.mkdir, (str(self.path),)


def weights():
    base = torch.arange(24, dtype=torch.float32).reshape(4, 6)
    return collections.OrderedDict(
        [
            ("module.conv.weight", base),
            ("module.conv.view", base.T[1:3]),  # shares its storage, with strides of its own
            ("module.bn.count", torch.tensor(7)),
            ("module.half", torch.tensor([0.5, -2.0], dtype=torch.float16)),
            ("module.empty", torch.zeros(0, 3)),
        ]
    )


@pytest.mark.parametrize("legacy", [True, False])
def test_weights_beside_objects(tmp_path, legacy):
    """As the authors of PointTrack save them: weights, optimiser, logger, and numbers of numpy."""
    trap = tmp_path / "trap"
    content = {
        "epoch": 3,
        "best_iou": np.float64(0.9),
        "model_state_dict": weights(),
        "optim_state_dict": {"state": {0: {"exp_avg": torch.ones(2)}}, "param_groups": [{"lr": 0.1}]},
        "logger_data": Logger(trap),
    }
    file = tmp_path / "best_seed_model.pthCar"
    torch.save(content, file, _use_new_zipfile_serialization=not legacy)
    found = read_torch_tensors(file)
    assert not trap.exists()
    assert list(found) == ["conv.weight", "conv.view", "bn.count", "half", "empty"]
    np.testing.assert_array_equal(found["conv.weight"], np.arange(24).reshape(4, 6))
    np.testing.assert_array_equal(found["conv.view"], np.arange(24).reshape(4, 6).T[1:3])
    assert found["bn.count"] == 7
    assert found["half"].tolist() == [0.5, -2.0]
    assert found["empty"].shape == (0, 3)


def test_a_bare_state_dict(tmp_path):
    torch.save({"a": torch.ones(2)}, tmp_path / "bare.pth")
    assert read_torch_tensors(tmp_path / "bare.pth")["a"].tolist() == [1, 1]


def assert_refused(file, problem):
    with pytest.raises(FormatError) as error:
        read_torch_tensors(file)
    assert str(file) in str(error.value)
    assert problem in str(error.value)


def test_what_is_no_checkpoint_is_named(tmp_path):
    assert_refused(tmp_path / "none.pth", "cannot be read (No such file or directory)")
    (tmp_path / "text.pth").write_text("not a checkpoint")
    assert_refused(tmp_path / "text.pth", "is not a readable torch checkpoint")
    torch.save({"epoch": 3}, tmp_path / "empty.pth")
    assert_refused(tmp_path / "empty.pth", "holds no weights")
    torch.save([torch.ones(2)], tmp_path / "list.pth")
    assert_refused(tmp_path / "list.pth", "it holds no dict")
    (tmp_path / "pickle.pth").write_bytes(pickle.dumps({"a": 1}))
    assert_refused(tmp_path / "pickle.pth", "not written by torch.save")


@pytest.mark.parametrize("legacy", [True, False])
def test_a_truncated_checkpoint_is_named(tmp_path, legacy):
    file = tmp_path / "cut.pth"
    torch.save(weights(), file, _use_new_zipfile_serialization=not legacy)
    file.write_bytes(file.read_bytes()[:-150])
    assert_refused(file, "is not a readable torch checkpoint")


def test_a_tensor_beyond_its_storage_is_refused(tmp_path):
    """Sizes are data like any other: nothing outside of the storage is read."""
    file = tmp_path / "wide.pth"
    torch.save({"a": torch.arange(7.0)}, file, _use_new_zipfile_serialization=False)
    content = file.read_bytes()
    assert content.count(b"K\x07\x85") == 1  # the size, (7,)
    file.write_bytes(content.replace(b"K\x07\x85", b"K\x70\x85"))
    assert_refused(file, "reaches beyond its storage")
