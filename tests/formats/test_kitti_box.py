"""KITTI's tracking labels."""

import numpy as np
import pytest

from mots_plugin.formats import FormatError
from mots_plugin.formats.kitti_box import KITTI_CLASSES, parse_kitti_box, read_kitti_box, write_kitti_box

IN_SPACE = "1.5 1.6 4.2 -4.5 1.8 13.4 -2.1"
UNKNOWN = "-1000 -1000 -1000 -10 -1 -1 -1"
GROUND_TRUTH = f"""0 -1 DontCare -1 -1 -10.000000 219.31 188.49 245.5 218.56 {UNKNOWN}
0 0 Van 0 2 -1.793451 296.5 161.75 455.25 292.5 {IN_SPACE}
1 7 Person_sitting 1 3 -1.8 10 20 30.5 60 {IN_SPACE}
"""


def write(path, text):
    path.write_text(text)
    return path


def test_ground_truth(tmp_path):
    tracks = read_kitti_box(write(tmp_path / "0003.txt", GROUND_TRUTH))
    assert tracks.name == "0003"
    assert tracks.frames.tolist() == [0, 0, 1]
    assert tracks.track_ids.tolist() == [-1, 0, 7]
    assert tracks.class_ids.tolist() == [9, 2, 5]
    assert tracks.truncations.tolist() == [-1, 0, 1]
    assert tracks.occlusions.tolist() == [-1, 2, 3]
    assert tracks.boxes.tolist() == [
        [219.31, 188.49, 245.5, 218.56],
        [296.5, 161.75, 455.25, 292.5],
        [10, 20, 30.5, 60],
    ]
    assert tracks.scores.tolist() == [1, 1, 1]


def test_results_have_a_score_and_any_case(tmp_path):
    tracks = read_kitti_box(write(tmp_path / "r.txt", f"3 5 car -1 -1 -10 1 2 3 4 {UNKNOWN} 0.75\n"))
    assert (tracks.class_ids.tolist(), tracks.scores.tolist()) == ([1], [0.75])
    assert len(read_kitti_box(write(tmp_path / "empty.txt", ""))) == 0


def test_writing_and_reading_gives_it_back(tmp_path):
    tracks = read_kitti_box(write(tmp_path / "gt.txt", GROUND_TRUTH))
    write_kitti_box(tmp_path / "again.txt", tracks, ground_truth=True)
    lines = (tmp_path / "again.txt").read_text().splitlines()
    assert lines[0] == f"0 -1 DontCare -1 -1 -10 219.31 188.49 245.5 218.56 {UNKNOWN}"
    assert lines[2] == f"1 7 Person 1 3 -10 10 20 30.5 60 {UNKNOWN}"
    write_kitti_box(tmp_path / "result.txt", tracks)
    again = read_kitti_box(tmp_path / "result.txt")
    for column in ("frames", "track_ids", "class_ids", "boxes", "scores", "occlusions", "truncations"):
        np.testing.assert_array_equal(getattr(again, column), getattr(tracks, column))


def test_types_of_ones_own(tmp_path):
    path = write(tmp_path / "gt.txt", f"0 1 Bus 0 0 0 1 2 3 4 {IN_SPACE}\n")
    with pytest.raises(FormatError, match=r"gt\.txt:1: type 'Bus' is unknown; known are: car, van, .*dontcare"):
        read_kitti_box(path)
    assert read_kitti_box(path, class_ids={**KITTI_CLASSES, "bus": 100}).class_ids.tolist() == [100]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("0 1 Car 0 0 0 1 2 3", "9 fields, 10 or more are expected; write 'frame id type truncated"),
        ("0 1 1 0 0 0 1 2 3 4", "type '1' is unknown"),
        ("0 Car 1 0 0 0 1 2 3 4", "id 'Car' is not a finite number"),
        ("0 1 Car 0 0 0 1 inf 3 4", "top 'inf' is not a finite number"),
        ("0 1 Car 0.5 0 0 1 2 3 4", "truncated '0.5' is not a whole number"),
        ("-1 1 Car 0 0 0 1 2 3 4", "frame -1 is below 0"),
        ("0 1 Car 0 0 0 5 2 3 4", "width or height is negative (x from 5 to 3, y from 2 to 4)"),
        ("0 0 Van 0 0 0 1 2 3 4", "id 0 occurs twice in frame 0 (first at line 2)"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, complaint):
    path = write(
        tmp_path / "gt.txt", f"{GROUND_TRUTH}{line} {IN_SPACE}\n" if " 4" in line else f"{GROUND_TRUTH}{line}\n"
    )
    with pytest.raises(FormatError) as caught:
        read_kitti_box(path)
    assert str(caught.value).startswith(f"{path}:4: {complaint}")


def test_classes_may_share_ids(tmp_path):
    assert len(read_kitti_box(write(tmp_path / "r.txt", "0 0 Car 0 0 0 1 2 3 4\n0 0 Cyclist 0 0 0 1 2 3 4\n"))) == 2


def test_lines_that_cannot_be_read_at_once_are_read_all_the_same():
    """Two blanks, a tab, a blank line, no score in one line: the same numbers."""
    plain = f"0 0 Van 0 2 -1.5 296.5 161.75 455.25 292.5 {IN_SPACE} 0.5\n"
    untidy = plain.replace(" Van", "\tVan").replace("  ", " ") + "\n" + plain.removesuffix(" 0.5\n") + " \n"
    (tidy_tracks, _), (tracks, faults) = parse_kitti_box(plain.encode(), "r"), parse_kitti_box(untidy.encode(), "r")
    assert faults == []
    np.testing.assert_array_equal(tracks.boxes, np.repeat(tidy_tracks.boxes, 2, axis=0))
    assert (tracks.lines.tolist(), tracks.scores.tolist()) == ([1, 3], [0.5, 1.0])


def test_real_ground_truth(shared_data):
    tracks = read_kitti_box(shared_data / "kitti_tracking_box" / "label_02" / "0000.txt")
    assert (tracks.frames.max(), len(np.unique(tracks.track_ids))) == (153, 16)
    assert np.bincount(tracks.class_ids).tolist() == [0, 243, 292, 0, 22, 0, 154, 0, 0, 378]
