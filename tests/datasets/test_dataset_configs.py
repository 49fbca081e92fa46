"""The dataset configs build, and give models what TrackR-CNN's settings say."""

from pathlib import Path

import pytest
from mmdet.registry import DATA_SAMPLERS, DATASETS
from mmdet.utils import register_all_modules
from mmengine.config import Config

import mots_plugin.datasets  # noqa: F401  (registers)

register_all_modules()
FOLDER = Path(__file__).resolve().parents[2] / "configs" / "_base_" / "datasets"


def build(name: str, loader: str, street: Path):
    """Build the dataset and sampler of a config over the hand-drawn street (16x8 pixels)."""
    config = Config.fromfile(FOLDER / f"{name}.py")[loader]
    config.dataset.update(data_root="", ann_file=str(street / "train.json"), data_prefix={"img_path": str(street)})
    dataset = DATASETS.build(config.dataset)
    return dataset, DATA_SAMPLERS.build(config.sampler, default_args={"dataset": dataset, "seed": 0})


@pytest.mark.parametrize(
    ("name", "height", "width"),
    [
        ("kitti_mots", 309, 1024),
        ("mots_challenge", 374, 747),  # the long edge binds 16x8 images
        ("davis_mots", 214, 427),
        ("toy_street", 8, 16),
    ],
)
def test_training_clips_have_eight_frames_of_the_set_size(street, name, height, width):
    dataset, sampler = build(name, "train_dataloader", street)
    assert sorted(sampler) == [(0, 0), (1, 0)]
    packed = dataset[next(iter(sampler))]
    assert packed["inputs"].shape == (8, 3, height, width)
    assert len({frame.flip for frame in packed["data_samples"]}) == 1


@pytest.mark.parametrize(
    ("name", "height", "width"),
    [
        ("kitti_mots", 375, 1242),
        ("mots_challenge", 420, 840),
        ("davis_mots", 214, 427),
        ("toy_street", 8, 16),
    ],
)
def test_testing_gives_one_frame_of_the_set_size(street, name, height, width):
    for loader in ("val_dataloader", "test_dataloader"):
        dataset, sampler = build(name, loader, street)
        assert list(sampler)[:2] == [(0, 0), (0, 1)]
        packed = dataset[(0, 1)]
        assert packed["inputs"].shape == (1, 3, height, width)
        assert packed["data_samples"][0].scale_factor == (width / 16, height / 8)
        assert packed["data_samples"][0].ori_video_length == 6
        assert tuple(dataset.metainfo["classes"]) == ("car", "pedestrian")


def build_frames(name: str, street: Path):
    """Build the training data of a config of single frames over the hand-drawn street."""
    config = Config.fromfile(FOLDER / f"{name}.py").train_dataloader
    for dataset in config.dataset.get("datasets", [config.dataset]):
        dataset.update(data_root="", ann_file=str(street / "train.json"), data_prefix={"img_path": str(street)})
    dataset = DATASETS.build(config.dataset)
    return dataset, DATA_SAMPLERS.build(config.sampler, default_args={"dataset": dataset, "seed": 0})


@pytest.mark.parametrize(
    ("name", "classes", "items", "samples"),
    [
        ("frames_kitti_mots", ("car", "pedestrian"), 7, 1000),  # frames with objects
        ("frames_toy_street", ("car", "pedestrian"), 7, 1000),
        ("object_windows_kitti_mots_kins", ("car",), 3 * 7, 7000),  # cars of three sources
        ("object_windows_toy_street", ("car", "pedestrian"), 11, 1000),
    ],
)
def test_single_frames_and_windows_around_objects(street, name, classes, items, samples):
    """An epoch is a number of samples, not a pass over the data; images of 16x8 pixels stay whole."""
    dataset, sampler = build_frames(name, street)
    assert tuple(dataset.metainfo["classes"]) == classes
    assert (len(dataset), len(sampler)) == (items, samples)
    packed = dataset[next(iter(sampler))]
    assert packed["inputs"].shape == (3, 8, 16)
    shown = packed["data_samples"].gt_instances
    assert len(shown.bboxes) == len(shown.masks) == len(shown.labels) >= 1


def test_sizes_of_the_published_windows():
    assert Config.fromfile(FOLDER / "frames_kitti_mots.py").train_pipeline[2].crop_size == (320, 1024)
    assert Config.fromfile(FOLDER / "object_windows_kitti_mots_kins.py").train_pipeline[2].size == (160, 640)


@pytest.mark.parametrize(
    ("name", "probability"),
    [
        ("frames_kitti_mots_pasted", 0.2),
        ("frames_toy_street_pasted", 0.5),
        ("object_windows_kitti_mots_kins_pasted", 0.2),
        ("object_windows_kitti_mots_kins_pedestrian_pasted", 0.5),
        ("object_windows_toy_street_pasted", 0.5),
    ],
)
def test_pedestrians_are_pasted_into_frames_before_they_are_cut(name, probability):
    """In every source of joined data: all that differs from the data set without is one transform."""
    plain = Config.fromfile(FOLDER / f"{name.removesuffix('_pasted')}.py").train_dataloader.dataset
    pasted = Config.fromfile(FOLDER / f"{name}.py").train_dataloader.dataset
    for before, after in zip(plain.get("datasets", [plain]), pasted.get("datasets", [pasted]), strict=True):
        transform = after.pipeline.pop(2)
        assert (transform.type, transform.class_name) == ("PasteObjects", "pedestrian")
        assert transform.probability == probability
        assert after == before


def test_windows_around_pedestrians():
    sources = Config.fromfile(FOLDER / "object_windows_kitti_mots_kins_pedestrian.py").train_dataloader.dataset.datasets
    assert {tuple(source.metainfo.classes) for source in sources} == {("pedestrian",)}
    assert {tuple(source.pipeline[2].size) for source in sources} == {(160, 256)}
