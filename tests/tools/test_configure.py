"""tools/configure.py, and a training on a config that it wrote."""

import json
from pathlib import Path

import numpy as np
import pytest
from command_lines import ROOT, error_line, python, run, succeed
from mmengine.config import Config
from PIL import Image

from mots_plugin.apis.own_config import DataFacts, look_at_data
from mots_plugin.formats import CocoVideo, MaskTracks, VideoFrames, from_mask_tracks, rle, write_coco_video
from mots_plugin.formats.mask_tracks import IGNORE_CLASS

NAMES = {3: "cow", 4: "dog", 5: "cat", IGNORE_CLASS: "ignore"}


def square(x0: int, side: int, height: int = 96, width: int = 160) -> rle.RLE:
    return rle.encode_crop(np.ones((side, side), bool), x0, 10, height, width)


@pytest.fixture
def herd() -> CocoVideo:
    """Two frames of 160 x 96 with a cow of 20, a dog of 30 and an ignored region of 90 pixels; nobody is a cat."""
    tracks = MaskTracks(
        np.repeat([0, 1], 3),
        np.tile([1, 2, 10000], 2),
        np.tile([3, 4, IGNORE_CLASS], 2),
        [square(0, 20), square(30, 30), square(65, 80)] * 2,
    )
    frames = VideoFrames("field", [0, 1], ["field/0.png", "field/1.png"], 96, 160)
    return from_mask_tracks([(frames, tracks)], class_names=NAMES)


@pytest.fixture
def data(herd, tmp_path) -> Path:
    (tmp_path / "data/field").mkdir(parents=True)
    rng = np.random.default_rng(0)
    for number in (0, 1):
        Image.fromarray(rng.integers(0, 255, (96, 160, 3), np.uint8)).save(tmp_path / f"data/field/{number}.png")
    for split in ("train", "val"):
        write_coco_video(tmp_path / "data" / f"{split}.json", herd)
    return tmp_path / "data"


def test_classes_sizes_and_anchors_come_from_the_data(herd):
    """Sides 20 and 30, so 25 at stride 16 is 1.5625, in steps of a half 1.5; ignore regions do not count."""
    assert look_at_data(herd, 512) == DataFacts(("cow", "dog"), (3, 4), (160, 96), 1.5)
    assert look_at_data(herd, 80) == DataFacts(("cow", "dog"), (3, 4), (80, 48), 1.0)


def test_data_without_objects_are_refused(data, tmp_path):
    content = json.loads((data / "train.json").read_text())
    content["annotations"] = []
    (data / "train.json").write_text(json.dumps(content))
    line = error_line(run(python("tools/configure.py", data, tmp_path / "herd.py")))
    assert line == f"error: {data}/train.json: holds no object; convert videos with objects"


def test_the_config_is_the_template_with_other_values(data, tmp_path):
    output = succeed(python("tools/configure.py", data, tmp_path / "mine/herd.py"))
    assert output.splitlines()[1:5] == [
        "classes: ('cow', 'dog')", "class_ids: (3, 4)", "image_scale: (160, 96)", "anchor_scale: 1.5"
    ]  # fmt: skip
    template = Config.fromfile(ROOT / "configs/own_data/track_rcnn_tiny-fpn_2000i_own-data.py")
    config = Config.fromfile(tmp_path / "mine/herd.py")
    assert config.model.detector.roi_head.mask_head.num_classes == 2
    assert config.model.detector.rpn_head.anchor_generator.scales == [1.5]
    assert config.test_dataloader.dataset.ann_file == f"{data}/val.json"
    assert config.train_dataloader.dataset.metainfo == {"classes": ("cow", "dog"), "class_ids": (3, 4)}
    assert config.optim_wrapper == template.optim_wrapper


@pytest.mark.slow
def test_a_training_on_three_own_classes_is_scored(herd, data, tmp_path):
    """Convert, configure, train, track, score, with nothing said of the classes by hand."""
    herd.data["annotations"][1]["category_id"] = herd.data["annotations"][4]["category_id"] = 5
    succeed(python("tools/configure.py", data, tmp_path / "herd.py"))
    quick = ["train_cfg.max_iters=2", "train_dataloader.num_workers=0", "train_dataloader.persistent_workers=False"]
    work = ["--work-dir", tmp_path / "work"]
    succeed(python("tools/train.py", tmp_path / "herd.py", *work, "--cfg-options", *quick))
    quick = ["test_dataloader.num_workers=0", "test_dataloader.persistent_workers=False"]
    command = python("tools/test.py", tmp_path / "herd.py", tmp_path / "work/iter_2.pth", *work, "--cfg-options")
    assert "cow" in succeed([*command, *quick])
    scores = json.loads((tmp_path / "work/test/metrics.json").read_text())
    assert {"cow", "dog", "all"} <= scores.keys()
    assert scores["cow"]["FN"] == 2
