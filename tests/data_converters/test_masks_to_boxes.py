"""Tight boxes of masks: from json and from text, as KITTI and as MOTChallenge have boxes."""

import numpy as np
import pytest

from mots_plugin.formats import MaskTracks, VideoFrames, from_mask_tracks, rle, write_coco_video, write_mots_txt
from mots_plugin.formats.kitti_box import KITTI_CLASSES, read_kitti_box
from mots_plugin.formats.mot_txt import read_mot_txt


@pytest.fixture
def convert(load_script):
    main = load_script("masks_to_boxes").main
    return lambda *arguments: main([*map(str, arguments)])


def rectangle(x0, y0, width, height):
    return rle.encode_crop(np.ones((height, width), bool), x0, y0, 8, 10)


# A car that grows, a pedestrian, an ignore region, and a mask that lost all of its pixels.
TRACKS = MaskTracks(
    frames=[0, 0, 2, 2, 2],
    track_ids=[1001, 2004, 1001, 10000, 2004],
    class_ids=[1, 2, 1, 10, 2],
    masks=[rectangle(1, 2, 3, 2), rectangle(6, 0, 1, 5), rectangle(1, 2, 4, 4), rectangle(5, 6, 5, 2)]
    + [{"size": [8, 10], "counts": rle.encode(np.zeros((8, 10), bool))["counts"]}],
)


@pytest.fixture
def split(tmp_path):
    frames = VideoFrames("0002", [0, 1, 2], ["0.png", "1.png", "2.png"], 8, 10)
    write_coco_video(tmp_path / "val.json", from_mask_tracks([(frames, TRACKS)]))
    return tmp_path / "val.json"


def test_kitti_labels(convert, split, tmp_path):
    assert convert(split, tmp_path / "out") == 0
    boxes = read_kitti_box(tmp_path / "out" / "label_02" / "0002.txt")
    assert boxes.frames.tolist() == [0, 0, 2, 2]
    assert boxes.track_ids.tolist() == [1001, 2004, 1001, -1]
    assert boxes.class_ids.tolist() == [KITTI_CLASSES[name] for name in ("car", "pedestrian", "car", "dontcare")]
    assert boxes.boxes.tolist() == [[1, 2, 4, 4], [6, 0, 7, 5], [1, 2, 5, 6], [5, 6, 10, 8]]


def test_motchallenge_counts_frames_and_pixels_from_one(convert, split, tmp_path):
    assert convert(split, tmp_path / "out", "--format", "mot") == 0
    boxes = read_mot_txt(tmp_path / "out" / "0002" / "gt" / "gt.txt")
    assert boxes.frames.tolist() == [1, 1, 3]
    assert boxes.class_ids.tolist() == [3, 1, 3]  # car, pedestrian, car
    assert boxes.boxes.tolist() == [[2, 3, 5, 5], [7, 1, 8, 6], [2, 3, 6, 7]]
    assert boxes.scores.tolist() == [1, 1, 1]


@pytest.mark.parametrize("layout", ["{}.txt", "instances_txt/{}.txt", "{}/gt/gt.txt"])
def test_text_gives_the_same_boxes_as_json(convert, split, tmp_path, layout):
    write_mots_txt(tmp_path / "masks" / layout.format("0002"), TRACKS.select([0, 1, 2, 3]))
    for source, name in ((split, "of_json"), (tmp_path / "masks", "of_text")):
        for box_format in ("kitti", "mot"):
            assert convert(source, tmp_path / name / box_format, "--format", box_format) == 0
    files = sorted(path.relative_to(tmp_path / "of_json") for path in (tmp_path / "of_json").rglob("*.txt"))
    assert [str(file) for file in files] == ["kitti/label_02/0002.txt", "mot/0002/gt/gt.txt"]
    for file in files:
        assert (tmp_path / "of_text" / file).read_text() == (tmp_path / "of_json" / file).read_text()


def test_frames_that_count_from_one_stay(convert, tmp_path):
    write_mots_txt(tmp_path / "tracks" / "MOTS20-05.txt", MaskTracks([1], [2001], [2], [rectangle(0, 0, 2, 2)]))
    assert convert(tmp_path / "tracks", tmp_path / "out", "--format", "mot") == 0
    assert (tmp_path / "out" / "MOTS20-05" / "gt" / "gt.txt").read_text() == "1,2001,1,1,2,2,1,1,1\n"


@pytest.mark.parametrize(("made", "complaint"), [(False, "not found"), (True, "holds no masks")])
def test_nothing_to_convert_is_one_line(convert, tmp_path, capsys, made, complaint):
    if made:
        (tmp_path / "masks").mkdir()
    assert convert(tmp_path / "masks", tmp_path / "out") == 1
    assert f"masks: {complaint}; give a COCO-video json, or a folder of NAME.txt" in capsys.readouterr().err


def test_real_ground_truth(convert, shared_data, tmp_path):
    """MOTS20-05: 7372 masks of pedestrians, each with a box in the image."""
    assert convert(shared_data / "mots20_05_gt", tmp_path / "out", "--format", "mot") == 0
    boxes = read_mot_txt(tmp_path / "out" / "MOTS20-05" / "gt" / "gt.txt")
    assert (boxes.frames.min(), boxes.frames.max()) == (1, 837)
    assert boxes.boxes.min() == 1
    assert (boxes.boxes.max(axis=0) <= [641, 481, 641, 481]).all()


def test_classes_without_a_number_are_refused(convert, tmp_path, capsys):
    frames = VideoFrames("0002", [0, 1, 2], ["0.png", "1.png", "2.png"], 8, 10)
    coco = from_mask_tracks([(frames, TRACKS.select([0]))], class_names={1: "car", 3: "cow", 10: "ignore"})
    write_coco_video(tmp_path / "own.json", coco)
    assert convert(tmp_path / "own.json", tmp_path / "out") == 1
    assert "own.json: has a class 'cow', which box text has no number for" in capsys.readouterr().err
    assert not (tmp_path / "out").exists()
