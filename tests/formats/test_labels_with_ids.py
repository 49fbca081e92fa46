"""JDE's label form, on samples true to the paths of its data set zoo."""

import numpy as np
import pytest

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.labels_with_ids import label_path, read_image_list, read_labels


def write(path, text):
    path.write_text(text)
    return path


@pytest.mark.parametrize(
    ("image", "video", "frame"),
    [
        ("MOT17/images/train/MOT17-02-SDP/img1/000007.jpg", "MOT17/train/MOT17-02-SDP", 7),
        ("Caltech/data/images/set04_V010_879.png", "Caltech/data/set04_V010", 879),
        ("PRW/images/c1s1_000151.jpg", "PRW/c1s1", 151),
        ("ETHZ/eth01/images/image_00000012_0.png", "ETHZ/eth01", 12),
        ("CUHKSYSU/images/s10000.jpg", "CUHKSYSU", 10000),
        ("Cityscapes/images/train/jena/jena_000078_000019_leftImg8bit.png", "Cityscapes/train/jena", 19),
    ],
)
def test_videos_and_frames_are_read_off_the_paths_of_the_six_data_sets(tmp_path, image, video, frame):
    (listed,) = read_image_list(write(tmp_path / "some.train", f"{image}\n"))
    assert (listed.path, listed.video, listed.frame) == (image, video, frame)


def test_labels_lie_beside_the_folder_of_images():
    assert label_path("PRW/images/c1s1_000151.jpg") == "PRW/labels_with_ids/c1s1_000151.txt"
    assert label_path("ETHZ/eth01/images/a_0.png") == "ETHZ/eth01/labels_with_ids/a_0.txt"


@pytest.mark.parametrize(
    ("lines", "message"),
    [
        ("PRW/images/a.jpg\nPRW/c1s1.jpg\n", r"prw\.train:2: 'PRW/c1s1\.jpg' is no image below a folder named images"),
        ("PRW/images/a.txt\n", r"prw\.train:1: 'PRW/images/a\.txt' is no image"),
        ("PRW/images/a.jpg\n\nPRW/images/a.jpg\n", r"prw\.train:3: PRW/images/a\.jpg occurs twice"),
        ("\n", r"prw\.train: names no image"),
    ],
)
def test_faulty_lists_are_named_by_line(tmp_path, lines, message):
    with pytest.raises(FormatError, match=message):
        read_image_list(write(tmp_path / "prw.train", lines))


def test_labels_are_corners_in_parts_of_the_image_and_identities(tmp_path):
    boxes, identities = read_labels(write(tmp_path / "a.txt", "0 3 0.5 0.5 0.2 0.4\n0 -1 0.1 0.9 0.4 0.4\n"))
    np.testing.assert_allclose(boxes, [[0.4, 0.3, 0.6, 0.7], [-0.1, 0.7, 0.3, 1.1]])
    assert identities.tolist() == [3, -1]


def test_no_labels_are_no_objects(tmp_path):
    for path in (tmp_path / "missing.txt", write(tmp_path / "empty.txt", "")):
        boxes, identities = read_labels(path)
        assert (boxes.shape, identities.shape) == ((0, 4), (0,))


@pytest.mark.parametrize(
    ("line", "message"),
    [
        ("0 1 0.5 0.5 0.2", "a.txt:2: "),
        ("0 1.5 0.5 0.5 0.2 0.2", "a.txt:2: "),
        ("0 one 0.5 0.5 0.2 0.2", "a.txt:2: "),
        ("1 1 0.5 0.5 0.2 0.2", "a.txt:2: the class is not 0"),
        ("0 1 0.5 0.5 -0.2 0.2", "a.txt:2: a side is below 0"),
        ("0 -2 0.5 0.5 0.2 0.2", "a.txt:2: the identity is below -1"),
    ],
)
def test_faulty_labels_are_named_by_line(tmp_path, line, message):
    with pytest.raises(FormatError, match=message):
        read_labels(write(tmp_path / "a.txt", f"0 0 0.5 0.5 0.2 0.2\n{line}\n"))
