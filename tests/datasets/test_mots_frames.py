"""Frames and objects as items, the crop around an object, and epochs of a chosen length."""

import numpy as np
import pytest
from drawn_street import IGNORED, car, pedestrian
from mmengine.dataset import ConcatDataset
from mmengine.registry import init_default_scope

from mots_plugin.datasets import CropAroundObject, MOTSFrameDataset, ReplacementSampler
from mots_plugin.datasets.transforms.centred_crop import centroid
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.rle import encode

LOAD = [{"type": "LoadFrameImage"}, {"type": "LoadMOTSAnnotations"}]
PACK = [{"type": "PackDetInputs", "meta_keys": ("img_shape", "crop_window")}]


def load(street, classes=("car", "pedestrian"), **arguments):
    init_default_scope("mmdet")
    prefix = {"img_path": ""}
    return MOTSFrameDataset(
        data_root=str(street), ann_file="train.json", data_prefix=prefix, metainfo={"classes": classes}, **arguments
    )


def items(dataset):
    infos = map(dataset.get_data_info, range(len(dataset)))
    return [(info["video_name"], info["frame_id"], info.get("object_row")) for info in infos]


def test_frames_as_items(street):
    assert items(load(street)) == [("long", f, None) for f in range(6)] + [("short", f, None) for f in range(3)]
    assert items(load(street, min_objects=2)) == [("long", f, None) for f in range(2, 6)]


def test_frames_of_one_class(street):
    """Pedestrians are no objects for cars, and the other way round; the ignore region stays, and counts for none."""
    dataset = load(street, classes=("pedestrian",), min_objects=1)
    assert items(dataset) == [("long", f, None) for f in range(2, 6)]
    last = dataset.get_data_info(3)["instances"]
    assert [(instance["bbox_label"], instance["ignore_flag"]) for instance in last] == [(0, 0), (0, 1)]
    assert dataset.get_data_info(3)["classes"] == ("pedestrian",)
    with pytest.raises(FormatError, match=r"no frame has 3 of pedestrian; correct ann_file"):
        load(street, classes=("pedestrian",), min_objects=3)


def test_objects_as_items(street):
    found = items(load(street, per_object=True))
    assert found == [
        *[("long", 0, 0), ("long", 1, 0)],
        *[("long", frame, row) for frame in range(2, 6) for row in (0, 1)],
        ("short", 2, 0),
    ]
    assert len(load(street, per_object=True, indices=3)) == 4  # the objects of the first three frames


def test_joined_sets_have_the_items_of_all(street):
    one, other = load(street, per_object=True, classes=("car",)), load(street, classes=("car",))
    joined = ConcatDataset([one, other])
    assert (len(one), len(joined)) == (7, 16)
    assert joined.get_data_info(6)["video_name"] == "short"
    assert joined.get_data_info(7)["frame_id"] == 0


def test_centroid_counts_pixels_from_zero():
    corner = np.zeros((8, 16), bool)
    corner[2, 3:6] = corner[5, 3] = True
    assert centroid(encode(corner)) == ((3 + 4 + 5 + 3) / 4, (2 + 2 + 2 + 5) / 4)


def crop_of(street, index, size):
    """Crop around an item of the data set; pixels of its images are ``frame * 10 + x``."""
    crop = {"type": "CropAroundObject", "size": size}
    return load(street, per_object=True, pipeline=[*LOAD, crop, *PACK])[index]


def test_crop_around_a_car_shows_the_pedestrian_too(street):
    """Frame 3: the car's pixels average to (4.3, 3.2), the pedestrian is at x = 11, y = 3 to 6."""
    packed = crop_of(street, 4, (6, 16))  # all of the width, so only rows are cut: 3.2 - 3, truncated
    sample = packed["data_samples"]
    assert sample.crop_window == (0, 0, 16, 6)
    assert packed["inputs"].shape == (3, 6, 16)
    drawn = [car(3)[:6], pedestrian(3)[:6]]
    assert (sample.gt_instances.masks.masks.astype(bool) == drawn).all()
    assert sample.gt_instances.bboxes.tolist() == [[3, 2, 7, 5], [11, 3, 12, 6]]


def test_crop_drops_what_it_does_not_show(street):
    packed = crop_of(street, 4, (6, 6))
    sample = packed["data_samples"]
    assert sample.crop_window == (1, 0, 7, 6)  # 4.3 - 3, 3.2 - 3, truncated
    assert packed["inputs"][0, 0].tolist() == [31, 32, 33, 34, 35, 36]
    assert (sample.gt_instances.masks.masks.astype(bool) == car(3)[None, :6, 1:7]).all()
    assert sample.gt_instances.labels.tolist() == [0]


def test_crop_lies_inside_the_image(street):
    sample = crop_of(street, 9, (4, 6))["data_samples"]  # the pedestrian of frame 5, at x = 9, y = 3 to 6
    assert sample.crop_window == (6, 2, 12, 6)
    sample = crop_of(street, 0, (4, 6))["data_samples"]  # the car of frame 0, at x = 0 to 3
    assert sample.crop_window == (0, 1, 6, 5)
    sample = crop_of(street, 0, (40, 60))["data_samples"]  # larger than the image
    assert sample.crop_window == (0, 0, 16, 8)


def test_ignore_regions_are_cropped_like_objects(street):
    sample = crop_of(street, 8, (4, 10))["data_samples"]  # the car of frame 5, its centroid at (6.3, 3.2)
    assert sample.crop_window == (1, 1, 11, 5)
    assert (sample.ignored_instances.masks.masks.astype(bool) == IGNORED[None, 1:5, 1:11]).all()


def test_description():
    assert repr(CropAroundObject([160, 640])) == "CropAroundObject(size=(160, 640))"


def test_replacement_sampler_draws_as_many_as_it_is_told():
    sampler = ReplacementSampler(range(5), samples_per_epoch=1000, seed=3)
    drawn = list(sampler)
    assert (len(sampler), len(drawn)) == (1000, 1000)
    counts = np.bincount(drawn, minlength=5)
    assert counts.min() > 150
    assert counts.max() < 250
    assert len(set(np.diff(drawn))) > 5  # in no order
    assert list(sampler) == drawn  # the same epoch
    sampler.set_epoch(1)
    assert list(sampler) != drawn


def test_replacement_sampler_splits_the_same_draw_over_ranks(monkeypatch):
    whole = list(ReplacementSampler(range(100), samples_per_epoch=7, seed=0))
    parts = []
    for rank in range(2):
        monkeypatch.setattr("mots_plugin.datasets.replacement_sampler.get_dist_info", lambda rank=rank: (rank, 2))
        parts.append(list(ReplacementSampler(range(100), samples_per_epoch=7, seed=0)))
    assert [len(part) for part in parts] == [4, 4]
    assert np.stack(parts, axis=1).ravel().tolist()[:7] == whole
    with pytest.raises(ValueError, match="samples_per_epoch is 0"):
        ReplacementSampler(range(5), samples_per_epoch=0)
