"""Converters of released weights as users call them: what is listed, what is written, what is refused."""

import importlib.util
import runpy
import sys

import numpy as np
import pytest
import torch
from command_lines import ROOT

CONFIG = ROOT / "configs" / "track_rcnn" / "track_rcnn_r101-c4_5e_kitti-mots_released.py"
HEAD = "detector.roi_head.association_head.fc"


@pytest.fixture
def tool(monkeypatch, capfd):
    """Run a converter in this process; returns exit code, lines on stdout and lines on stderr."""

    def call(name, *arguments):
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(ROOT / "tools" / "model_converters" / name), run_name="__main__")
        output = capfd.readouterr()
        return end.value.code, output.out.splitlines(), output.err.splitlines()

    return call


@pytest.fixture
def association_head_only(tmp_path):
    """An archive of two weights that fit, one of another shape and one that nobody knows."""
    np.savez(
        tmp_path / "some.npz",
        **{
            "frcnn/fastrcnn/reid/W": np.arange(2048 * 128, dtype=np.float32).reshape(2048, 128),
            "frcnn/fastrcnn/reid/b": np.ones(128, np.float32),
            "frcnn/fastrcnn/class/b": np.zeros(81, np.float32),  # of a model of 80 classes
            "frcnn/keypoints/W": np.zeros((1, 1), np.float32),
            "frcnn/fastrcnn/reid/W/Adam": np.zeros(1, np.float32),
        },
    )
    return tmp_path / "some.npz"


def test_what_does_not_match_is_listed_and_nothing_written(tool, association_head_only, tmp_path):
    code, out, err = tool("track_rcnn.py", CONFIG, association_head_only, tmp_path / "out.pth")
    assert code == 1
    assert "unknown variable: frcnn/keypoints/W" in out
    assert "missing: detector.backbone.conv1.weight" in out
    assert "wrong shape: detector.roi_head.bbox_head.fc_cls.bias is (81,), the model has (3,)" in out
    assert not any("Adam" in line or "num_batches_tracked" in line for line in out)
    assert err == [
        f"error: {association_head_only}: does not match {CONFIG} in {len(out)} places, listed above; "
        "choose the config of these weights, or pass --partial"
    ]
    assert sorted(file.name for file in tmp_path.iterdir()) == ["some.npz"]


def test_partial_writes_what_matches(tool, association_head_only, tmp_path):
    code, out, _ = tool("track_rcnn.py", CONFIG, association_head_only, tmp_path / "out.pth", "--partial")
    assert code == 0
    assert out[-1] == f"2 weights lie in {tmp_path / 'out.pth'}"
    state = torch.load(tmp_path / "out.pth", weights_only=True)["state_dict"]
    assert {name for name in state if not name.endswith("num_batches_tracked")} == {f"{HEAD}.weight", f"{HEAD}.bias"}
    assert state[f"{HEAD}.weight"][:2, :2].tolist() == [[0, 128], [1, 129]]  # transposed


def test_archives_that_cannot_be_read(tool, tmp_path):
    code, _, (line,) = tool("track_rcnn.py", CONFIG, tmp_path / "none.npz", tmp_path / "out.pth")
    assert code == 1
    assert line == f"error: {tmp_path / 'none.npz'}: cannot be read (No such file or directory); check the path"

    np.savez(tmp_path / "whole.npz", **{"frcnn/fastrcnn/reid/b": np.ones(128)})
    (tmp_path / "cut.npz").write_bytes((tmp_path / "whole.npz").read_bytes()[:100])
    np.savez(tmp_path / "objects.npz", a=np.array([{}]))
    np.save(tmp_path / "single.npy", np.zeros(3))
    for name in ("cut.npz", "objects.npz", "single.npy"):
        code, _, (line,) = tool("track_rcnn.py", CONFIG, tmp_path / name, tmp_path / "out.pth")
        assert code == 1
        assert line.startswith(f"error: {tmp_path / name}: is ")
        assert line.endswith("write it with tools/model_converters/tensorflow_to_npz.py")


def test_a_missing_tensorflow_checkpoint_is_named(tool, tmp_path):
    code, _, (line,) = tool("tensorflow_to_npz.py", tmp_path / "model-5", tmp_path / "out.npz")
    assert code == 1
    assert line == f"error: {tmp_path}/model-5.index: not found; pass the common stem of the checkpoint's files"


@pytest.mark.skipif(importlib.util.find_spec("tensorflow") is not None, reason="TensorFlow is installed")
def test_without_tensorflow_one_line_says_where_to_run_it(tool, tmp_path):
    (tmp_path / "model-5.index").touch()
    code, _, (line,) = tool("tensorflow_to_npz.py", tmp_path / "model-5", tmp_path / "out.npz")
    assert code == 1
    assert line == (
        "error: No module named 'tensorflow'; run this script where TensorFlow is installed: pip install tensorflow-cpu"
    )


def test_tensorflow_variables_come_out_by_name(tool, tmp_path):
    tf = pytest.importorskip("tensorflow")
    kernel = np.arange(6, dtype=np.float32).reshape(2, 3)
    with tf.compat.v1.Graph().as_default(), tf.compat.v1.Session() as session:
        tf.compat.v1.get_variable("frcnn/fastrcnn/box/W", initializer=kernel)
        tf.compat.v1.get_variable("global_step", initializer=np.int64(5))
        session.run(tf.compat.v1.global_variables_initializer())
        tf.compat.v1.train.Saver().save(session, str(tmp_path / "model"), global_step=5)
    code, out, _ = tool("tensorflow_to_npz.py", tmp_path / "model-5", tmp_path / "out.npz")
    assert code == 0
    assert out == [f"2 variables lie in {tmp_path / 'out.npz'}"]
    with np.load(tmp_path / "out.npz") as archive:
        assert sorted(archive.files) == ["frcnn/fastrcnn/box/W", "global_step"]
        assert archive["frcnn/fastrcnn/box/W"].tolist() == kernel.tolist()


def test_a_released_pointtrack_segmenter(tool, tmp_path):
    """Under the names and in the form of the release: data parallel, an old pickle, an object beside the weights."""
    config = ROOT / "configs" / "pointtrack" / "pointtrack_segmenter-stage2-frames_100e_kitti-mots_car.py"
    numbers = np.load(ROOT / "tests" / "models" / "pointtrack_segmenter_numbers.npz")
    shapes = [(name, tuple(map(int, shape))) for name, *shape in (key.split() for key in numbers["keys"].tolist())]
    weights = {f"module.{name}": torch.full(shape, 0.25) for name, shape in shapes}
    release = {"epoch": 3, "model_state_dict": weights, "logger_data": ROOT}  # a path is an object like any other
    torch.save(release, tmp_path / "best.pthCar", _use_new_zipfile_serialization=False)
    code, out, err = tool("pointtrack.py", config, tmp_path / "best.pthCar", tmp_path / "car.pth")
    assert (code, err) == (0, [])
    state = torch.load(tmp_path / "car.pth", weights_only=True)["state_dict"]
    assert state["backbone.layers.0.conv.weight"].shape == (48, 16, 3, 3)
    assert state["head.seed_decoder.output_conv.bias"].tolist() == [0.25]
    assert not any("encoder.output_conv" in name for name in state)

    both = ROOT / "configs" / "pointtrack" / "pointtrack_segmenter-stage2-frames_100e_kitti-mots_both.py"
    code, out, err = tool("pointtrack.py", both, tmp_path / "best.pthCar", tmp_path / "both.pth")
    assert code == 1
    assert "wrong shape: head.seed_decoder.output_conv.bias is (1,), the model has (2,)" in out
    assert not (tmp_path / "both.pth").exists()
