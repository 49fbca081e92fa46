"""KITTI-STEP's layout to COCO-video, drawn by hand."""

import json

import cv2
import numpy as np
import pytest
from pycocotools import mask as coco_mask

from data_converters import step
from mots_plugin.formats.step_png import panoptic_ids, write_step_png

ROAD, PERSON, CAR, VOID = 0, 11, 13, 255


@pytest.fixture
def source(tmp_path):
    """Two frames: car 3 moves to the right, person 1 is there in the second, beside a crowd of people."""
    folder = tmp_path / "kitti_step"
    for frame in (0, 1):
        classes, instances = np.zeros((6, 8), np.uint8), np.zeros((6, 8), np.uint16)
        classes[1:3, frame : frame + 3], instances[1:3, frame : frame + 3] = CAR, 3
        classes[0] = VOID
        if frame == 1:
            classes[3:6, 6], instances[3:6, 6] = PERSON, 1
            classes[5, 0:2] = PERSON
        write_step_png(folder / f"panoptic_maps/val/0002/{frame:06d}.png", panoptic_ids(classes, instances))
        (folder / "images/val/0002").mkdir(parents=True, exist_ok=True)
        cv2.imwrite(str(folder / f"images/val/0002/{frame:06d}.png"), np.zeros((6, 8, 3), np.uint8))
    return folder


def convert(source, *options) -> dict:
    step.main([str(source), str(source / "annotations"), "--split", "val", *options])
    return json.loads((source / "annotations" / "val.json").read_text())


def test_things_become_masks_with_identities_and_crowds_become_ignore_regions(source):
    data = convert(source)
    assert data["categories"] == [
        {"id": 1, "name": "person"}, {"id": 2, "name": "car"}, {"id": 10, "name": "ignore"},
    ]  # fmt: skip
    assert [image["file_name"] for image in data["images"]] == [
        "images/val/0002/000000.png", "images/val/0002/000001.png",
    ]  # fmt: skip
    found = {
        (mask["image_id"], mask["category_id"]): (mask["instance_id"], mask["bbox"], mask["iscrowd"])
        for mask in data["annotations"]
    }
    assert found == {
        (1, 2): (1, [0, 1, 3, 2], 0),
        (2, 2): (1, [1, 1, 3, 2], 0),
        (2, 1): (3, [6, 3, 1, 3], 0),
        (2, 10): (2, [0, 5, 2, 1], 1),
    }
    car = coco_mask.decode(data["annotations"][0]["segmentation"])
    assert car.sum() == 6
    assert car[1:3, 0:3].all()


def test_images_of_all_splits_in_one_folder_as_kitti_has_them(source):
    (source / "training").mkdir()
    (source / "images/val").rename(source / "training/image_02")
    (source / "training/image_02/0019").mkdir()  # of another split
    data = convert(source, "--images", "training/image_02")
    assert [image["file_name"] for image in data["images"]] == [
        "training/image_02/0002/000000.png", "training/image_02/0002/000001.png",
    ]  # fmt: skip


def test_classes_of_your_own(source, tmp_path):
    names = [f"class {index}" for index in range(14)]
    (tmp_path / "classes.json").write_text(json.dumps({"classes": names, "things": ["class 13"], "void": 255}))
    data = convert(source, "--class-list", str(tmp_path / "classes.json"))
    assert [category["name"] for category in data["categories"]] == ["class 13", "ignore"]
    assert {mask["category_id"] for mask in data["annotations"]} == {1}


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda source: (source / "panoptic_maps/val/0002/000001.png").unlink(), "000001.png: has no panoptic map in"),
        (lambda source: (source / "images/val/0002").rename(source / "images/0002"), "images/val/0002: not found"),
        (lambda source: (source / "images/val/0003").mkdir(), "images/val/0003: has no panoptic maps"),
        (lambda source: (source / "images").rename(source / "pictures"), "images/val: not found"),
        (
            lambda source: write_step_png(
                source / "panoptic_maps/val/0002/000001.png", panoptic_ids(np.full((6, 8), 42), np.zeros((6, 8)))
            ),
            "000001.png: has pixels of class 42, which is unknown",
        ),
        (
            lambda source: write_step_png(source / "panoptic_maps/val/0002/000001.png", np.zeros((3, 8), np.uint32)),
            "000001.png: has height and width (3, 8), the images of 0002 (6, 8)",
        ),
    ],
)
def test_bad_input_is_named(source, harm, message, capsys):
    harm(source)
    assert step.main([str(source), str(source / "annotations"), "--split", "val"]) == 1
    assert message in capsys.readouterr().err
    assert not (source / "annotations" / "val.json").exists()
