"""Data sets of boxes: JDE's label form and MOTChallenge, from files as they are published to a training data set."""

import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from data_converters import labels_with_ids, mot_challenge
from mots_plugin.formats.coco_boxes import coco_box_tracks
from mots_plugin.formats.coco_video import read_coco_video
from mots_plugin.formats.mot_txt import read_mot_txt

PRW = ["PRW/images/c1s1_000376.jpg", "PRW/images/c2s1_000010.jpg", "PRW/images/c1s1_000151.jpg"]
LABELS = {
    "c1s1_000151": "0 5 0.5 0.5 0.2 0.4\n0 -1 0.25 0.5 0.1 0.4\n",
    "c1s1_000376": "0 5 0.6 0.5 0.2 0.4\n",
}


@pytest.fixture
def zoo(tmp_path) -> Path:
    """Three images of PRW, one of them without labels, and their list."""
    for folder in ("images", "labels_with_ids"):
        (tmp_path / "zoo" / "PRW" / folder).mkdir(parents=True)
    for name in PRW:
        cv2.imwrite(str(tmp_path / "zoo" / name), np.zeros((50, 100, 3), np.uint8))
    for name, text in LABELS.items():
        (tmp_path / "zoo" / "PRW" / "labels_with_ids" / f"{name}.txt").write_text(text)
    (tmp_path / "prw.train").write_text("\n".join(PRW) + "\n")
    return tmp_path


def test_listed_images_become_videos_with_partial_identities(zoo, capsys):
    labels_with_ids.main([str(zoo / "zoo"), str(zoo / "json"), str(zoo / "prw.train")])
    data = json.loads((zoo / "json" / "prw_train.json").read_text())
    assert [video["name"] for video in data["videos"]] == ["PRW/c1s1", "PRW/c2s1"]
    frames = [(image["video_id"], image["frame_id"], image["frame_number"]) for image in data["images"]]
    assert frames == [(1, 0, 151), (1, 1, 376), (2, 0, 10)]
    assert [image["file_name"] for image in data["images"]] == [PRW[2], PRW[0], PRW[1]]
    rows = [(a["image_id"], a["instance_id"], a["track_id"]) for a in data["annotations"]]
    assert rows == [(1, 1, 5), (1, -1, -1), (2, 1, 5)]
    np.testing.assert_allclose([a["bbox"] for a in data["annotations"]][:2], [[40, 15, 20, 20], [20, 15, 10, 20]])
    assert "prw.train: 2 videos, 3 images, 3 boxes, 1 identities (1 boxes without)" in capsys.readouterr().out


def test_a_missing_image_is_named(zoo, capsys):
    (zoo / "zoo" / PRW[0]).unlink()
    assert labels_with_ids.main([str(zoo / "zoo"), str(zoo / "json"), str(zoo / "prw.train")]) == 1
    (line,) = [line for line in capsys.readouterr().err.splitlines() if "c1s1_000376" in line]
    assert "image not found" in line
    assert not (zoo / "json").exists()


def write_sequence(folder: Path, name: str, ground_truth: str, length: int = 2) -> None:
    (folder / name / "gt").mkdir(parents=True)
    (folder / name / "gt" / "gt.txt").write_text(ground_truth)
    info = {"name": name, "imDir": "img1", "frameRate": 25, "seqLength": length, "imWidth": 64, "imHeight": 48}
    text = "\n".join(["[Sequence]", *(f"{key}={value}" for key, value in info.items())])
    (folder / name / "seqinfo.ini").write_text(text)


def test_mot_ground_truth_keeps_distractors_apart(tmp_path, capsys):
    """A pedestrian, one that is not to be scored, a reflection, and a frame without boxes."""
    lines = "1,7,10,20,5,15,1,1,0.9\n1,8,30,20,5,15,0,1,0.1\n1,9,40,20,5,15,0,12,1\n"
    write_sequence(tmp_path / "train", "MOT17-02-SDP", lines)
    write_sequence(tmp_path / "train", "MOT17-02-DPM", lines)
    target = tmp_path / "train.json"
    mot_challenge.main([str(tmp_path), str(target), "--sequences", "*-SDP"])
    data = json.loads(target.read_text())
    assert data["categories"] == [{"id": 2, "name": "pedestrian"}, {"id": 112, "name": "reflection"}]
    (video,) = data["videos"]
    assert (video["name"], video["length"], video["frame_rate"]) == ("MOT17-02-SDP", 2, 25.0)
    assert data["images"][1]["file_name"] == "train/MOT17-02-SDP/img1/000002.jpg"
    rows = [(a["category_id"], a["track_id"], a["instance_id"], a["bbox"]) for a in data["annotations"]]
    assert rows == [(2, 7, 1, [10, 20, 5, 15]), (112, 9, 2, [40, 20, 5, 15])]
    assert "train: 1 videos, 2 images, 2 boxes, 2 identities (0 boxes without)" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("line", "message"),
    [("3,1,1,1,5,5,1,1,1\n", "frame 3 is beyond seqLength 2"), ("1,1,1,1,5,5,1,14,1\n", "class 14 is none of 1, 2")],
)
def test_faulty_ground_truth_is_named(tmp_path, capsys, line, message):
    write_sequence(tmp_path, "MOT16-02", line)
    assert mot_challenge.main([str(tmp_path), str(tmp_path / "train.json")]) == 1
    assert message in capsys.readouterr().err


def test_no_such_sequence(tmp_path, capsys):
    write_sequence(tmp_path, "MOT16-02", "")
    assert mot_challenge.main([str(tmp_path), str(tmp_path / "train.json"), "--sequences", "MOT17-*"]) == 1
    assert "holds no sequence named MOT17-*; there are: MOT16-02" in capsys.readouterr().err


def test_real_ground_truth_comes_through_unchanged(shared_data, tmp_path):
    """MOT15, whose files name no classes."""
    source, target = shared_data / "mot15_tud", tmp_path / "tud.json"
    mot_challenge.main([str(source), str(target)])
    coco = read_coco_video(target)
    assert coco.class_names == {2: "pedestrian"}
    assert [(video["name"], video["length"]) for video in coco.videos] == [("TUD-Campus", 71), ("TUD-Stadtmitte", 179)]
    for video in coco.videos:
        converted, original = coco_box_tracks(coco, video["name"]), read_mot_txt(source / video["name"] / "gt/gt.txt")
        original = original.select(np.argsort(original.frames, kind="stable"))
        assert converted.frames.tolist() == original.frames.tolist()
        assert converted.track_ids.tolist() == original.track_ids.tolist()
        np.testing.assert_allclose(converted.boxes, original.boxes)
