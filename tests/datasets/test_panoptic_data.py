"""Panoptic maps beside the drawn street, and pairs of its frames."""

import random

import numpy as np
import pytest
from mmengine.registry import init_default_scope

from mots_plugin.datasets import PairFrameSample, PanopticVideoDataset
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.step_png import panoptic_ids, write_step_png

PIPELINE = [
    {"type": "PairFrameSample"},
    {
        "type": "TransformBroadcaster",
        "share_random_params": True,
        "transforms": [
            {"type": "LoadFrameImage"},
            {"type": "LoadMOTSAnnotations"},
            {"type": "LoadPanopticMap"},
            {"type": "Resize", "scale_factor": 1.0},
            {"type": "RandomFlip", "prob": 1.0},
        ],
    },
    {"type": "PackPanopticInputs"},
]


@pytest.fixture
def panoptic_street(street) -> PanopticVideoDataset:
    """Every map has class ``frame`` in its left half, class 13 with instance 1 in the right one."""
    init_default_scope("mmdet")
    for video, length in (("long", 6), ("short", 3)):
        for frame in range(length):
            classes = np.full((8, 16), frame, np.uint8)
            classes[:, 8:] = 13
            write_step_png(street / "maps" / video / f"{frame:06d}.png", panoptic_ids(classes, classes == 13))
    return PanopticVideoDataset(
        ann_file="train.json",
        data_root=str(street),
        data_prefix={"img_path": "", "seg_map_path": "maps"},
        pipeline=PIPELINE,
    )


def test_maps_are_flipped_with_their_images_and_packed(panoptic_street):
    clip = panoptic_street[(0, 2)]
    classes = [sample.gt_sem_seg.sem_seg for sample in clip["data_samples"]]
    assert [tuple(map_.shape) for map_ in classes] == [(1, 8, 16)] * 2
    assert [map_[0, 0, [0, 15]].tolist() for map_ in classes] == [[13, 2], [13, 3]]
    assert clip["inputs"][0, 0, 0, 15] == 20  # the left column of frame 2


def test_a_map_of_another_size_is_named(panoptic_street, street):
    path = street / "maps" / "long" / "000002.png"
    write_step_png(path, np.zeros((4, 16), np.uint32))
    with pytest.raises(FormatError, match=r"000002.png: has height and width \(4, 16\), its image \(8, 16\)"):
        panoptic_street[(0, 2)]


def test_a_map_that_is_missing_is_named(panoptic_street, street):
    (street / "maps" / "long" / "000003.png").unlink()
    with pytest.raises(FormatError, match=r"000003.png: cannot be read .*data_prefix"):
        panoptic_street[(0, 2)]


def video(*centres: float) -> dict:
    """A video of one object, 2 pixels wide, that is at the given columns of images of 30 x 40 pixels (diagonal 50)."""
    frames = [
        {
            "height": 30,
            "width": 40,
            "frame_id": index,
            "instances": [{"instance_id": 1, "ignore_flag": 0, "bbox": [x - 1, 0, x + 1, 2]}],
        }
        for index, x in enumerate(centres)
    ]
    return {"video_id": 1, "video_length": len(frames), "images": frames}


def pair(sample: PairFrameSample, infos: dict, start: int | None = None) -> list[int]:
    return sample.transform(infos if start is None else {**infos, "key_frame_id": start})["frame_id"]


def test_pairs_at_a_fixed_interval_start_earlier_at_the_end():
    sample = PairFrameSample(intervals=(2, 2))
    assert pair(sample, video(0, 0, 0, 0), 1) == [1, 3]
    assert pair(sample, video(0, 0, 0, 0), 3) == [1, 3]
    assert pair(sample, video(5), 0) == [0, 0]


def test_intervals_are_drawn_from_a_range():
    random.seed(0)
    sample = PairFrameSample(intervals=(1, 3))
    found = {tuple(pair(sample, video(*[0] * 10), 4)) for _ in range(50)}
    assert found == {(4, 5), (4, 6), (4, 7)}


def test_the_interval_is_as_long_as_motion_allows():
    moving = video(0, 2, 4, 9, 20, 20)
    sample = PairFrameSample(intervals=(1, 4), max_motion=0.1)  # 5 of 50 pixels
    assert pair(sample, moving, 0) == [0, 2]
    assert pair(sample, moving, 3) == [3, 4]  # too far even so: the least interval
    assert pair(sample, moving, 4) == [4, 5]


def test_intervals_must_be_in_order():
    with pytest.raises(ValueError, match=r"intervals \(3, 1\) must be at least 1 and in order"):
        PairFrameSample(intervals=(3, 1))
