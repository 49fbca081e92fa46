"""Boxes and images of a video, from the layouts that people have."""

import cv2
import numpy as np
import pytest

from mots_plugin.annotation.box_videos import find_box_files, find_images, read_box_video
from mots_plugin.formats import FormatError

MOT_TRUTH = "1,4,11,21,30,40,1,1,1\n2,4,12,21,30,40,1,3,1\n2,5,1,1,9,9,0,1,1\n2,6,1,1,9,9,1,7,1\n"
KITTI_TRUTH = (
    "0 3 Car 0 0 -1.5 10 20 40 60 1 1 1 0 0 0 0\n"
    "0 -1 DontCare -1 -1 -10 1 1 2 2 -1 -1 -1 -1000 -1000 -1000 -10\n"
    "4 5 Pedestrian 0 0 -1.5 1 2 3 4 1 1 1 0 0 0 0\n"
    "4 6 Van 0 0 -1.5 1 2 3 4 1 1 1 0 0 0 0\n"
)


def save(path, text):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)
    return path


def draw_images(folder, numbers):
    folder.mkdir(parents=True)
    for number in numbers:
        cv2.imwrite(str(folder / f"{number:06d}.png"), np.zeros((6, 8, 3), np.uint8))


def test_ground_truth_of_motchallenge(tmp_path):
    """Boxes count from pixel 1; what is not scored, and classes other than cars and people, are left out."""
    video = read_box_video(save(tmp_path / "gt.txt", MOT_TRUTH), "02", "mot", size=(60, 80))
    assert video.tracks.class_ids.tolist() == [2, 1]
    assert video.tracks.track_ids.tolist() == [4, 4]
    assert video.tracks.boxes.tolist() == [[10, 20, 40, 60], [11, 20, 41, 60]]
    assert (video.name, video.height, video.width) == ("02", 60, 80)


def test_results_of_motchallenge_have_no_class(tmp_path):
    path = save(tmp_path / "02.txt", "1,4,11,21,30,40,0.5,-1,-1,-1\n")
    assert read_box_video(path, "02", "mot", class_id=2).tracks.class_ids.tolist() == [2]
    with pytest.raises(FormatError, match=r"02.txt:1: tells no class.*; say what the boxes are with --class-name"):
        read_box_video(path, "02", "mot")


def test_kitti_labels(tmp_path):
    video = read_box_video(save(tmp_path / "0002.txt", KITTI_TRUTH), "0002", "kitti")
    assert video.tracks.frames.tolist() == [0, 4]
    assert video.tracks.class_ids.tolist() == [1, 2]
    assert video.tracks.boxes.tolist() == [[10, 20, 40, 60], [1, 2, 3, 4]]


def test_tracks_of_the_test_tool_count_as_their_data_set_does(tmp_path):
    """MOTChallenge's columns, but frames and pixels from 0 and classes of KITTI MOTS; ignore regions are left out."""
    path = save(tmp_path / "02.txt", "0,4,10,20,30,40,0.5,2,-1,-1\n0,5,1,1,2,2,0.9,1,-1,-1\n1,6,1,1,2,2,0.9,10,-1,-1\n")
    video = read_box_video(path, "02", "tracks")
    assert video.tracks.frames.tolist() == [0, 0]
    assert video.tracks.class_ids.tolist() == [2, 1]
    assert video.tracks.boxes.tolist() == [[10, 20, 40, 60], [1, 1, 3, 3]]
    save(path, "0,-1,10,20,30,40,0.5,2,-1,-1\n")
    with pytest.raises(FormatError, match="02.txt:1: "):
        read_box_video(path, "02", "tracks")


@pytest.mark.parametrize(
    ("box_format", "text"),
    [
        ("mot", "1,4,11,21,30,40,1,1,1\n1,5,2,2,3,3,1,3,1\n1,6,2,2,3,3,1,4,1\n1,7,2,2,3,3,1,5,1\n"),
        ("tracks", "1,4,11,21,30,40,1,2,1\n1,5,2,2,3,3,1,3,1\n1,6,2,2,3,3,1,4,1\n1,7,2,2,3,3,1,5,1\n"),
        (
            "kitti",
            "\n".join(
                f"1 {track} {name} 0 0 -1.5 1 2 3 4 1 1 1 0 0 0 0"
                for track, name in enumerate(("Pedestrian", "Cow", "CYCLIST", "Van"), 4)
            ),
        ),
    ],
)
def test_classes_of_ones_own_are_named_and_numbered(tmp_path, box_format, text):
    """By number as the file has them, in KITTI's format by name; numbers of MOTChallenge give way (3: its cars)."""
    own = {"cow": 3, "cyclist": 4}
    video = read_box_video(save(tmp_path / "02.txt", text), "02", box_format, own_classes=own)
    assert video.tracks.track_ids.tolist() == [4, 5, 6]
    assert video.tracks.class_ids.tolist() == [2, 3, 4]
    assert [video.class_names[number] for number in (1, 2, 3, 4)] == ["car", "pedestrian", "cow", "cyclist"]


def test_an_id_of_two_classes_in_a_frame_cannot_be_kept(tmp_path):
    path = save(tmp_path / "0002.txt", KITTI_TRUTH.replace("4 6 Van", "4 5 Car"))
    with pytest.raises(
        FormatError, match="txt:4: id 5 belongs to a pedestrian and a car in frame 4; number the objects"
    ):
        read_box_video(path, "0002", "kitti")


@pytest.mark.parametrize("place", ["0002", "0002/img1", "training/image_02/0002", ""])
def test_images_are_found_in_every_layout(tmp_path, place):
    draw_images(tmp_path / "data" / place, range(2))
    save(tmp_path / "data/0002/seqinfo.ini", "")
    assert list(find_images(tmp_path / "data", "0002")) == [0, 1]


def test_images_give_the_size_and_must_cover_all_boxes(tmp_path):
    path = save(tmp_path / "0002.txt", KITTI_TRUTH)
    draw_images(tmp_path / "long", range(6))
    video = read_box_video(path, "0002", "kitti", images=find_images(tmp_path / "long", "0002"))
    assert (video.height, video.width) == (6, 8)
    draw_images(tmp_path / "short", range(3))
    with pytest.raises(FormatError, match=r"txt:3: a box is in frame 4, but there are images 0 to 2"):
        read_box_video(path, "0002", "kitti", images=find_images(tmp_path / "short", "0002"))
    with pytest.raises(FormatError, match=r"frames count from 1, but the first image is that of frame 0"):
        read_box_video(save(tmp_path / "m.txt", MOT_TRUTH), "m", "mot", images=find_images(tmp_path / "short", "m"))


def test_box_files_of_every_layout(tmp_path):
    one = save(tmp_path / "a/0002.txt", "")
    mot = save(tmp_path / "b/MOT17-02/gt/gt.txt", "")
    kitti = save(tmp_path / "c/training/label_02/0007.txt", "")
    assert find_box_files(one) == find_box_files(tmp_path / "a") == {"0002": one}
    assert find_box_files(mot) == find_box_files(tmp_path / "b") == {"MOT17-02": mot}
    assert find_box_files(tmp_path / "c") == {"0007": kitti}
    with pytest.raises(FormatError, match="none: not found; give a text file"):
        find_box_files(tmp_path / "none")
    with pytest.raises(FormatError, match="has no images of sequence 0002; give the folder"):
        find_images(tmp_path / "a", "0002")
