"""The refinement network's configs: they build, learn in every weight, and put masks where the crops were."""

import copy

import numpy as np
import pytest
import torch
from leaves import LEAVES, config_of
from mmdet.registry import DATASETS, MODELS
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.optim import build_optim_wrapper
from mmengine.registry import init_default_scope
from pycocotools import mask as coco_mask

REFINEMENT = [name for name in LEAVES if name.startswith("mask_refinement/")]


def image_file(folder, height=120, width=200):
    import cv2

    path = folder / "000000.png"
    cv2.imwrite(str(path), np.random.default_rng(0).integers(0, 256, (height, width, 3), dtype=np.uint8))
    return str(path)


def objects(path):
    """Two boxes of an image, with masks that are their left halves."""
    mask = np.zeros((120, 200), np.uint8, order="F")
    mask[20:80, 30:50] = 1
    rle = coco_mask.encode(mask)
    return [{"img_path": path, "bbox": box, "mask": rle} for box in ([30, 20, 70, 80], [28, 22, 71, 79])]


def build(config: Config):
    config = copy.deepcopy(config)
    config.model.backbone.pop("init_cfg", None)  # nothing is downloaded
    init_default_scope(config.default_scope)
    model = MODELS.build(config.model)
    model.init_weights()
    return model


def assert_steps(name, tmp_path):
    config = config_of(name)
    model, items = build(config), objects(image_file(tmp_path))
    model.train()
    batch = pseudo_collate([Compose(config.train_pipeline)(copy.deepcopy(item)) for item in items])
    total, logged = model.parse_losses(model(**model.data_preprocessor(batch, True), mode="loss"))
    total.backward()
    assert all(np.isfinite(value.item()) for value in logged.values())
    without = [name for name, weight in model.named_parameters() if weight.requires_grad and weight.grad is None]
    assert without == []

    model.eval()
    items = [{key: value for key, value in item.items() if key != "mask"} for item in items]
    batch = pseudo_collate([Compose(config.test_pipeline)(item) for item in items])
    with torch.no_grad():
        samples = model.test_step(batch)
    for sample in samples:
        (mask,) = sample.pred_instances.masks
        assert mask["size"] == [120, 200]
        x0, y0, x1, y1 = sample.crop_window
        outside = coco_mask.decode(mask).copy()
        outside[y0:y1, x0:x1] = 0
        assert outside.sum() == 0


@pytest.mark.parametrize("name", [name for name in REFINEMENT if "tiny" in name])
def test_tiny_configs_step(name, tmp_path):
    torch.manual_seed(0)
    assert_steps(name, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("name", [name for name in REFINEMENT if "tiny" not in name])
def test_full_size_configs_step(name, tmp_path):
    torch.manual_seed(0)
    assert_steps(name, tmp_path)


@pytest.mark.parametrize("name", REFINEMENT)
def test_both_schedules_of_fine_tuning_build(name):
    config = config_of(name)
    assert config.train_dataloader.dataset.type in DATASETS
    for schedule in ("all_objects", "one_object"):
        settings = config.fine_tuning[schedule]
        wrapper = build_optim_wrapper(torch.nn.Linear(1, 1), {"type": "OptimWrapper", "optimizer": settings.optimizer})
        assert wrapper.get_lr()["lr"] == [settings.optimizer.lr]
        assert settings.iterations > 0
        assert settings.batch_size > 0
