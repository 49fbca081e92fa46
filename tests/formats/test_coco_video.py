"""COCO-video json."""

import json

import numpy as np
import pytest

from mots_plugin.formats import (
    FormatError,
    MaskTracks,
    VideoFrames,
    from_mask_tracks,
    read_coco_video,
    rle,
    write_coco_video,
)


def square(x0, y0):
    return rle.encode_crop(np.ones((2, 3), bool), x0, y0, 8, 10)


STREET = VideoFrames(
    "0002", [0, 1, 2], [f"training/image_02/0002/{n:06d}.png" for n in range(3)], 8, 10, frame_rate=10.0
)
QUIET = VideoFrames("MOTS20-05", [1, 4], ["a/000001.jpg", "a/000004.jpg"], 6, 7)
OBJECTS = MaskTracks(
    frames=[2, 0, 0, 2],
    track_ids=[2005, 10000, 2005, 1001],
    class_ids=[2, 10, 2, 1],
    masks=[square(1, 0), square(0, 6), square(0, 0), square(5, 5)],
    name="0002",
)


@pytest.fixture
def coco():
    return from_mask_tracks([(STREET, OBJECTS), (QUIET, MaskTracks(name="MOTS20-05"))])


def test_tables_as_the_module_describes_them(coco):
    assert coco.data["categories"] == [
        {"id": 1, "name": "car"},
        {"id": 2, "name": "pedestrian"},
        {"id": 10, "name": "ignore"},
    ]
    assert coco.videos == [
        {"id": 1, "name": "0002", "width": 10, "height": 8, "length": 3, "frame_rate": 10.0},
        {"id": 2, "name": "MOTS20-05", "width": 7, "height": 6, "length": 2},
    ]
    assert coco.data["images"][4] == {
        "id": 5,
        "video_id": 2,
        "video_name": "MOTS20-05",
        "frame_id": 1,
        "frame_number": 4,
        "file_name": "a/000004.jpg",
        "width": 7,
        "height": 6,
    }
    ignored, first, second, third = coco.data["annotations"]
    assert first == {
        "id": 2,
        "image_id": 1,
        "video_id": 1,
        "category_id": 2,
        "instance_id": 2,
        "track_id": 2005,
        "bbox": [0, 0, 3, 2],
        "area": 6,
        "segmentation": {"size": [8, 10], "counts": square(0, 0)["counts"].decode()},
        "iscrowd": 0,
    }
    assert (ignored["category_id"], ignored["iscrowd"], ignored["instance_id"]) == (10, 1, 1)
    assert [annotation["instance_id"] for annotation in (second, third)] == [2, 3]
    assert third["bbox"] == [5, 5, 3, 2]
    assert [annotation["image_id"] for annotation in (second, third)] == [3, 3]


def test_instances_of_two_classes_may_share_a_track_id():
    objects = MaskTracks([0, 1], [1, 1], [1, 2], [square(0, 0), square(0, 0)])
    annotations = from_mask_tracks([(STREET, objects)]).data["annotations"]
    assert [annotation["instance_id"] for annotation in annotations] == [1, 2]


def test_a_mask_outside_the_video_is_refused():
    with pytest.raises(ValueError, match="video 0002 has a mask in frame 9, but no such frame"):
        from_mask_tracks([(STREET, MaskTracks([9], [1], [1], [square(0, 0)]))])


def test_everything_survives_the_disk(coco, tmp_path):
    write_coco_video(tmp_path / "val.json", coco)
    again = read_coco_video(tmp_path / "val.json")
    assert again.data == coco.data
    assert again.frames("0002") == STREET
    assert again.frames("MOTS20-05") == QUIET
    assert len(again.mask_tracks("MOTS20-05")) == 0
    tracks = again.mask_tracks("0002")
    assert tracks.frames.tolist() == [0, 0, 2, 2]
    assert tracks.track_ids.tolist() == [10000, 2005, 2005, 1001]
    assert tracks.class_ids.tolist() == [10, 2, 2, 1]
    assert tracks.masks == [square(0, 6), square(0, 0), square(1, 0), square(5, 5)]
    assert (tracks.name, tracks.source) == ("0002", str(tmp_path / "val.json"))


def test_files_of_mmtracking_are_read(tmp_path):
    data = {
        "categories": [{"id": 1, "name": "pedestrian"}],
        "videos": [{"id": 7, "name": "a"}],
        "images": [
            {"id": 5, "video_id": 7, "frame_id": 1, "file_name": "a/2.jpg", "width": 2, "height": 2},
            {"id": 9, "video_id": 7, "frame_id": 0, "file_name": "a/1.jpg", "width": 2, "height": 2},
        ],
        "annotations": [
            {
                "id": 1,
                "image_id": 5,
                "category_id": 1,
                "instance_id": 3,
                "segmentation": {"size": [2, 2], "counts": [1, 2, 1]},
            }
        ],
    }
    (tmp_path / "mmtracking.json").write_text(json.dumps(data))
    coco = read_coco_video(tmp_path / "mmtracking.json")
    assert coco.frames("a") == VideoFrames("a", [0, 1], ["a/1.jpg", "a/2.jpg"], 2, 2)
    tracks = coco.mask_tracks("a")
    assert (tracks.frames.tolist(), tracks.track_ids.tolist()) == ([1], [3])
    assert tracks.class_ids.tolist() == [2]  # told by the name, whatever the file's id
    np.testing.assert_array_equal(rle.decode(tracks.masks[0]), [[False, True], [True, False]])


def test_an_unknown_video_is_named_with_those_there_are(coco):
    with pytest.raises(FormatError, match="has no video 0003; name one of: 0002, MOTS20-05"):
        coco.mask_tracks("0003")


def spoil(data, table, row, key, value):
    if value is None:
        del data[table][row][key]
    else:
        data[table][row][key] = value


@pytest.mark.parametrize(
    ("table", "row", "key", "value", "complaint"),
    [
        ("images", 1, "file_name", None, r"images\[1\] has no 'file_name'; write the file with a converter"),
        ("videos", 0, "id", "one", r"videos\[0\] has an id that is not a whole number"),
        ("images", 1, "video_id", 9, "images id 2: video_id 9 is not in 'videos'"),
        ("annotations", 2, "image_id", 99, "annotations id 3: image_id 99 is not in 'images'"),
        ("annotations", 2, "segmentation", None, "annotation 3: has no run-length coded mask"),
        ("annotations", 2, "segmentation", [[1, 2, 3, 4, 5, 6]], "annotation 3: has no run-length coded mask"),
        ("annotations", 2, "segmentation", {"size": [2, 2], "counts": [1, 5]}, "annotation 3: .*cannot compress"),
        (
            "annotations",
            2,
            "category_id",
            4,
            "annotation 3: category id 4 is not in 'categories'; add the category",
        ),
    ],
)
def test_a_spoilt_file_is_refused_by_place(coco, tmp_path, table, row, key, value, complaint):
    spoil(coco.data, table, row, key, value)
    write_coco_video(tmp_path / "bad.json", coco)
    with pytest.raises(FormatError, match=rf"bad.json:.*{complaint}"):
        read_coco_video(tmp_path / "bad.json").mask_tracks("0002")


def test_classes_of_ones_own_keep_their_ids(coco, tmp_path):
    coco.data["categories"][1].update(name="cow", id=7)
    for annotation in coco.data["annotations"]:
        annotation["category_id"] = 7 if annotation["category_id"] == 2 else annotation["category_id"]
    write_coco_video(tmp_path / "own.json", coco)
    own = read_coco_video(tmp_path / "own.json")
    assert own.mask_class_ids == {"car": 1, "cow": 7, "ignore": 10}
    assert own.mask_tracks("0002").class_ids.tolist() == [10, 7, 7, 1]


def test_two_classes_of_one_id_are_refused(coco, tmp_path):
    coco.data["categories"][0].update(name="cow")
    write_coco_video(tmp_path / "own.json", coco)
    with pytest.raises(FormatError, match="category cow has id 1, which is that of car; number classes of your own"):
        read_coco_video(tmp_path / "own.json").mask_tracks("0002")


@pytest.mark.parametrize(
    ("text", "complaint"), [("{", "is not json"), ("[]", "is not a json object"), ("{}", "has no table")]
)
def test_what_is_no_coco_video_is_refused(tmp_path, text, complaint):
    (tmp_path / "bad.json").write_text(text)
    with pytest.raises(FormatError, match=f"bad.json: {complaint}"):
        read_coco_video(tmp_path / "bad.json")
