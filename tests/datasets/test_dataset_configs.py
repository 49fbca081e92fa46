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
