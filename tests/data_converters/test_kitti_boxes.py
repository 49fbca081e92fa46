"""KITTI's boxes in the place of masks: which become objects, which regions, which nothing."""

import json

import numpy as np
import pytest

from mots_plugin.formats import MaskTracks, VideoFrames, from_mask_tracks, read_coco_video, rle, write_coco_video
from mots_plugin.formats.coco_boxes import REGION_CLASS, coco_box_tracks

UNKNOWN = "0 0 -10 {} -1000 -1000 -1000 -10 -1 -1 -1"
LABELS = [
    "0 3 Car " + UNKNOWN.format("-5 2 4 6"),  # leaves the image on the left
    "0 7 Pedestrian " + UNKNOWN.format("6 1 8 7.5"),
    "0 8 Van " + UNKNOWN.format("1 1 3 3"),
    "1 3 Car " + UNKNOWN.format("1 2 6 6"),
    "1 9 Cyclist " + UNKNOWN.format("1 1 3 3"),
    "1 -1 DontCare " + UNKNOWN.format("0 0 2 2"),
    "1 -1 DontCare " + UNKNOWN.format("8 0 10 2"),
    "2 3 Car " + UNKNOWN.format("12 2 15 6"),  # beside the image
    "3 3 Car " + UNKNOWN.format("1 2 6 6"),  # a frame that the json does not have
]


@pytest.fixture
def convert(load_script):
    main = load_script("kitti_boxes").main
    return lambda *arguments: main([*map(str, arguments)])


@pytest.fixture
def street(tmp_path):
    """A video of three frames, 10 x 8, with one mask that the boxes replace."""
    frames = VideoFrames("0002", [0, 1, 2], ["0.png", "1.png", "2.png"], 8, 10)
    mask = rle.encode_crop(np.ones((2, 2), bool), 0, 0, 8, 10)
    write_coco_video(tmp_path / "val.json", from_mask_tracks([(frames, MaskTracks([0], [1001], [1], [mask]))]))
    (tmp_path / "label_02").mkdir()
    (tmp_path / "label_02" / "0002.txt").write_text("".join(f"{line}\n" for line in LABELS))
    return tmp_path


def test_objects_and_regions(convert, street, capsys):
    assert convert(street / "val.json", street / "label_02", street / "boxes.json") == 0
    assert "1 videos, 3 boxes, 3 ignore regions" in capsys.readouterr().out
    coco = read_coco_video(street / "boxes.json")
    tracks = coco_box_tracks(coco, "0002")
    assert tracks.frames.tolist() == [0, 0, 0, 1, 1, 1]
    assert tracks.class_ids.tolist() == [1, 2, REGION_CLASS, 1, REGION_CLASS, REGION_CLASS]
    assert tracks.track_ids.tolist() == [3, 7, -1, 3, -1, -1]
    assert tracks.boxes.tolist() == [
        [0, 2, 4, 6],
        [6, 1, 8, 7.5],
        [1, 1, 3, 3],
        [1, 2, 6, 6],
        [0, 0, 2, 2],
        [8, 0, 10, 2],
    ]


def test_videos_and_frames_stay_and_identities_count_from_one(convert, street):
    convert(street / "val.json", street / "label_02", street / "boxes.json")
    before, after = (json.loads((street / name).read_text()) for name in ("val.json", "boxes.json"))
    assert (after["videos"], after["images"]) == (before["videos"], before["images"])
    ids = [annotation["instance_id"] for annotation in after["annotations"]]
    assert ids[0] == ids[3]  # the car
    assert sorted(set(ids)) == [1, 2, 3, 4, 5]
    assert not any("segmentation" in annotation for annotation in after["annotations"])


def test_labels_of_a_video_that_are_missing_are_one_line(convert, street, capsys):
    (street / "label_02" / "0002.txt").unlink()
    assert convert(street / "val.json", street / "label_02", street / "boxes.json") == 1
    assert "label_02: has no 0002.txt; give the labels of all videos" in capsys.readouterr().err
    assert convert(street / "val.json", street / "nowhere", street / "boxes.json") == 1
    assert "nowhere: is not a folder; give KITTI's label_02" in capsys.readouterr().err
    assert not (street / "boxes.json").exists()
