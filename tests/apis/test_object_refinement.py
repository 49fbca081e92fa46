"""A refinement network that is tuned to masks."""

import copy
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mots_plugin.apis.object_refinement import ObjectRefiner
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.rle import encode, iou

CONFIGS = Path(__file__).resolve().parents[2] / "configs"
CONFIG = CONFIGS / "mask_refinement/mask_refinement_tiny_800i_toy-street.py"
HEIGHT, WIDTH = 40, 60


@pytest.fixture(scope="module")
def model_files(tmp_path_factory):
    """The tiny network with random weights: config, with short schedules, and checkpoint."""
    config = Config.fromfile(CONFIG)
    config.fine_tuning.one_object.update(iterations=12, batch_size=2)
    init_default_scope(config.default_scope)
    torch.manual_seed(0)
    model = MODELS.build(copy.deepcopy(config.model))
    model.init_weights()
    path = tmp_path_factory.mktemp("model") / "random.pth"
    torch.save({"state_dict": model.state_dict()}, path)
    return config, path


@pytest.fixture
def thing(tmp_path):
    """A bright ellipse in its box, with its mask."""
    mask = cv2.ellipse(np.zeros((HEIGHT, WIDTH), np.uint8), (30, 20), (14, 9), 0, 0, 360, 1, -1).astype(bool)
    image = np.where(mask[..., None], 200, 40).astype(np.uint8).repeat(3, axis=2)
    cv2.imwrite(str(tmp_path / "0.png"), image)
    return {"img_path": str(tmp_path / "0.png"), "bbox": [16.0, 11, 45, 30], "mask": encode(mask)}


def test_tuning_to_an_object_finds_it(model_files, thing):
    refiner = ObjectRefiner(*model_files)
    question = {key: value for key, value in thing.items() if key != "mask"}
    before = iou(refiner.predict([question]), [thing["mask"]])[0, 0]
    refiner.fine_tune([thing], "one_object")
    (mask,) = refiner.predict([question])
    after = iou([mask], [thing["mask"]])[0, 0]
    assert mask["size"] == [HEIGHT, WIDTH]
    assert after > max(before, 0.6)


def test_the_same_seed_gives_the_same_weights_and_statistics_stay(model_files, thing):
    refiner = ObjectRefiner(*model_files)
    start = refiner.weights
    refiner.fine_tune([thing], "one_object", seed=3)
    once = refiner.weights
    refiner.restore(start)
    assert all(torch.equal(value, start[name]) for name, value in refiner.weights.items())
    refiner.fine_tune([thing], "one_object", seed=3)
    assert all(torch.equal(value, once[name]) for name, value in refiner.weights.items())
    statistics = [name for name in start if "running" in name]
    assert statistics
    assert all(torch.equal(start[name], once[name]) for name in statistics)
    assert not torch.equal(start["mask_head.classify.weight"], once["mask_head.classify.weight"])


def test_other_configs_and_weights_are_refused(model_files, tmp_path):
    config, checkpoint = model_files
    with pytest.raises(FormatError, match="is no config of a refinement network: it has no fine_tuning"):
        ObjectRefiner(Config.fromfile(CONFIGS / "track_rcnn/track_rcnn_tiny-fpn_800i_toy-street.py"), checkpoint)
    torch.save({"state_dict": {"a": torch.zeros(1)}}, tmp_path / "other.pth")
    with pytest.raises(FormatError, match="not a checkpoint of MaskRefinementNetwork as configured"):
        ObjectRefiner(config, tmp_path / "other.pth")


def test_an_image_that_is_missing_is_named(model_files, thing):
    with pytest.raises(FormatError, match="gone.png: cannot be read"):
        ObjectRefiner(*model_files).predict([{**thing, "img_path": "gone.png"}])
