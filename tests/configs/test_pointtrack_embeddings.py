"""Configs of instance embeddings: they learn in every weight that they should, and hold the papers' constants."""

import copy
import random

import cv2
import numpy as np
import pytest
import torch
from leaves import LEAVES, config_of, distinct_networks
from mmdet.registry import DATASETS, MODELS
from mmengine.registry import init_default_scope

from mots_plugin.datasets.track_crops import join_crops
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.crop_building import CropDatabaseBuilder
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import encode

EMBEDDINGS = [name for name in LEAVES if name.startswith("pointtrack/") and "_embedding" in name]
GIVEN_MASKS = [name for name in LEAVES if name.startswith("pointtrack/") and "given-masks" in name]
SPACINGS = {"foreground": 8, "environment": 2, "position": 1, "aggregate": 5}


@pytest.fixture(scope="module")
def database(tmp_path_factory):
    """Two cars and two pedestrians in five frames of noise."""
    folder, rng = tmp_path_factory.mktemp("crops"), np.random.default_rng(0)
    rows = []
    for frame in range(5):
        cv2.imwrite(str(folder / f"{frame}.png"), rng.integers(0, 256, (40, 80, 3), dtype=np.uint8))
        for number, class_id in enumerate((1, 1, 2, 2)):
            mask = np.zeros((40, 80), np.uint8)
            cv2.circle(mask, (10 + 18 * number + frame, 20), 7, 1, -1)
            rows.append((frame, class_id * 1000 + number, class_id, encode(mask)))
    frames, ids, classes, masks = zip(*rows, strict=True)
    video = VideoFrames("a", range(5), [f"{frame}.png" for frame in range(5)], 40, 80)
    write_coco_video(folder / "a.json", from_mask_tracks([(video, MaskTracks(frames, ids, classes, masks, name="a"))]))
    list(CropDatabaseBuilder(read_coco_video(folder / "a.json"), folder, folder / "db").build())
    return str(folder / "db")


def build(name):
    config = copy.deepcopy(config_of(name))
    init_default_scope(config.default_scope)
    config.model.embedding.update(foreground_points=30, environment_points=20)
    model = MODELS.build(config.model)
    model.init_weights()
    return model, config


@pytest.mark.parametrize("name", distinct_networks(EMBEDDINGS))
def test_embeddings_learn(name, database):
    random.seed(0)
    torch.manual_seed(0)
    model, config = build(name)
    dataset = DATASETS.build({**config.train_dataloader.dataset, "database": database})
    batch = join_crops([dataset[track] for track in range(len(dataset))])
    assert len(batch["identities"]) == 3 * len(dataset)
    total, logged = model.train().parse_losses(model(**model.data_preprocessor(batch, True), mode="loss"))
    total.backward()
    assert set(logged) == {"loss", "loss_embedding"}
    assert 0 <= logged["loss"] < 10
    without = [name for name, weight in model.named_parameters() if weight.requires_grad and weight.grad is None]
    assert without == []


@pytest.mark.parametrize("name", EMBEDDINGS)
def test_constants_of_the_papers(name):
    config = config_of(name)
    embedding, loader = config.model.embedding, config.train_dataloader
    assert embedding.loss.margin == 0.2
    assert loader.batch_size == loader.sampler.batch_size == 24
    assert loader.dataset.max_spacing == (SPACINGS[embedding.stage] if "-pp_" in name else 10)
    few = "_300i_" in name
    assert embedding.get("foreground_points", 1000) == (64 if few else 1000)
    assert embedding.get("environment_points", 500) == (32 if few else 500)


@pytest.mark.parametrize("schedule", ["34e_kitti-mots_car", "34e_kitti-mots_pedestrian", "300i_toy-street"])
def test_stages_sort_into_their_order(schedule):
    """A pattern with a star names them to tools/train_chain.py as they have to follow each other."""
    names = sorted(name for name in EMBEDDINGS if "-pp_" in name and schedule in name)
    assert [config_of(name).model.embedding.stage for name in names] == list(SPACINGS)


@pytest.mark.parametrize("name", GIVEN_MASKS)
def test_given_masks_reach_the_tracker(name):
    model, config = build(name)
    pipeline = config.test_dataloader.dataset.pipeline
    assert type(model).__name__ == "GivenMaskTracker"
    assert pipeline[0].transforms[0].type == "LoadGivenMasks"
    assert not any(step.type == "Resize" for step in pipeline[0].transforms)
    assert "given_masks" in pipeline[1].meta_keys
    dataset = config.test_dataloader.dataset
    assert config.test_evaluator.ann_file == dataset.data_root + dataset.ann_file
    loaded, colours = pipeline[0].transforms[1].type, config.model.embedding.get("use_colour", True)
    assert (loaded, colours) in [("LoadFrameImage", True), ("BlankFrameImage", False)]
