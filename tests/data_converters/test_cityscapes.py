"""Cityscapes' fine annotations to panoptic maps and COCO-video, drawn by hand."""

import json

import cv2
import numpy as np
import pytest

from data_converters import cityscapes
from mots_plugin.formats.step_png import read_step_png

NAME = "aachen_000003_000019"
ROAD, SKY, PERSON, CAR, BUS, STATIC = 7, 23, 24, 26, 28, 4


@pytest.fixture
def source(tmp_path):
    """One image: two cars, a group of people, one person, a bus, a road, the sky and something static."""
    values = np.full((6, 8), ROAD, np.uint16)
    values[0] = SKY
    values[1:3, 0:2], values[1:3, 2:4] = CAR * 1000, CAR * 1000 + 1
    values[3, 0:4], values[4, 0] = PERSON, PERSON * 1000 + 7
    values[1:3, 5:7] = BUS * 1000
    values[5] = STATIC
    for folder, kind, picture in (
        ("leftImg8bit", "leftImg8bit", np.zeros((6, 8, 3), np.uint8)), ("gtFine", "gtFine_instanceIds", values),
    ):  # fmt: skip
        (tmp_path / folder / "val" / "aachen").mkdir(parents=True)
        cv2.imwrite(str(tmp_path / folder / "val" / "aachen" / f"{NAME}_{kind}.png"), picture)
    return tmp_path


def test_maps_have_the_classes_of_kitti_step_and_identities_of_people_and_cars(source):
    cityscapes.main([str(source), "--split", "val"])
    ids = read_step_png(source / "panoptic_maps/val/aachen_000003/000019.png")
    cells = {(0, 0): (10, 0), (1, 0): (13, 1), (1, 2): (13, 2), (3, 0): (11, 0), (4, 0): (11, 8)}
    cells |= {(1, 5): (15, 0), (4, 4): (0, 0), (5, 5): (255, 0)}
    assert {place: (ids[place] >> 16, ids[place] & 0xFFFF) for place in cells} == cells


def test_things_become_masks_and_groups_ignore_regions(source):
    cityscapes.main([str(source), "--split", "val"])
    data = json.loads((source / "annotations/val.json").read_text())
    (image,) = data["images"]
    assert image["file_name"] == f"leftImg8bit/val/aachen/{NAME}_leftImg8bit.png"
    assert [video["name"] for video in data["videos"]] == ["aachen_000003"]
    found = sorted((mask["category_id"], mask["bbox"]) for mask in data["annotations"])
    assert found == [(1, [0, 4, 1, 1]), (2, [0, 1, 2, 2]), (2, [2, 1, 2, 2]), (10, [0, 3, 4, 1])]


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (lambda root: (root / "leftImg8bit").rename(root / "pictures"), "leftImg8bit/val: holds no image"),
        (lambda root: (root / "gtFine").rename(root / "fine"), f"has no annotation {NAME}_gtFine_instanceIds.png"),
        (
            lambda root: cv2.imwrite(
                str(root / f"gtFine/val/aachen/{NAME}_gtFine_instanceIds.png"), np.full((6, 8), 99, np.uint16)
            ),
            "has pixels of label 99; the last is 33",
        ),
        (
            lambda root: cv2.imwrite(
                str(root / f"gtFine/val/aachen/{NAME}_gtFine_instanceIds.png"), np.zeros((6, 8), np.uint8)
            ),
            "is no 16-bit PNG of one channel",
        ),
    ],
)
def test_what_is_wrong_is_said_in_one_line(source, harm, message, capsys):
    harm(source)
    assert cityscapes.main([str(source), "--split", "val"]) == 1
    assert message in capsys.readouterr().err
    assert not (source / "annotations").exists()
