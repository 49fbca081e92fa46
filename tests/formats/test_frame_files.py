"""Folders of images, and the files that list frames without them."""

import numpy as np
import pytest
from PIL import Image

from mots_plugin.formats import FormatError, VideoFrames
from mots_plugin.formats.frame_images import list_frame_images, read_image_size
from mots_plugin.formats.frame_list import read_frame_list, read_seqinfo, write_frame_list


def test_images_are_found_by_number_whatever_their_extension(tmp_path):
    for name in ("000010.jpg", "000002.PNG", "3.jpeg", "Thumbs.db", ".000004.png"):
        (tmp_path / name).touch()
    assert [(number, path.name) for number, path in list_frame_images(tmp_path).items()] == [
        (2, "000002.PNG"),
        (3, "3.jpeg"),
        (10, "000010.jpg"),
    ]


@pytest.mark.parametrize(
    ("names", "complaint"),
    [
        ([], "holds no image; put one image a frame there"),
        (["000001.png", "000001.jpg"], "frame 1 has two images, 000001.jpg and 000001.png; keep one"),
        (["000001.png", "left.png"], "left.png: is not named by a frame number"),
        (["²³.png"], "is not named by a frame number"),
    ],
)
def test_folders_that_leave_a_doubt_are_refused(tmp_path, names, complaint):
    for name in names:
        (tmp_path / name).touch()
    with pytest.raises(FormatError, match=complaint):
        list_frame_images(tmp_path)


def test_the_size_of_an_image_is_height_and_width(tmp_path):
    Image.fromarray(np.zeros((5, 9, 3), np.uint8)).save(tmp_path / "a.jpg")
    assert read_image_size(tmp_path / "a.jpg") == (5, 9)
    (tmp_path / "b.jpg").write_bytes(b"nonsense")
    with pytest.raises(FormatError, match="b.jpg: cannot be read as an image"):
        read_image_size(tmp_path / "b.jpg")


def test_a_frame_list_survives_the_disk(tmp_path):
    frames = VideoFrames("a", [3, 5, 9], ["a/x.png", "a/y.png", "a/z.png"], 8, 10, frame_rate=12.5)
    write_frame_list(tmp_path / "a.json", frames)
    assert read_frame_list(tmp_path / "a.json") == frames


@pytest.mark.parametrize("text", ["{", "[]", "{}", '{"frames": [{"frame_number": "x"}]}', '{"frames": 3}'])
def test_what_is_no_frame_list_is_refused(tmp_path, text):
    (tmp_path / "a.json").write_text(text)
    with pytest.raises(FormatError, match="a.json: is not a list of frames .*; write it anew"):
        read_frame_list(tmp_path / "a.json")


SEQINFO = "[Sequence]\nname=MOTS20-05\nimDir=img1\nframeRate=14\nseqLength=2\nimWidth=640\nimHeight=480\nimExt=.jpg\n"


def test_seqinfo(tmp_path):
    folder = tmp_path / "train" / "MOTS20-05"
    folder.mkdir(parents=True)
    (folder / "seqinfo.ini").write_text(SEQINFO)
    files = ["train/MOTS20-05/img1/000001.jpg", "train/MOTS20-05/img1/000002.jpg"]
    assert read_seqinfo(folder / "seqinfo.ini", tmp_path) == VideoFrames("MOTS20-05", [1, 2], files, 480, 640, 14.0)


@pytest.mark.parametrize("text", ["", "[Sequence]\nimWidth=640\n", SEQINFO.replace("480", "tall"), "\x00"])
def test_a_bad_seqinfo_is_refused(tmp_path, text):
    (tmp_path / "seqinfo.ini").write_text(text)
    with pytest.raises(FormatError, match="seqinfo.ini: is no sequence info .*; write .Sequence. with seqLength"):
        read_seqinfo(tmp_path / "seqinfo.ini", tmp_path)
