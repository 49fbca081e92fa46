"""MOTChallenge's box text."""

import numpy as np
import pytest

from mots_plugin.formats import FormatError, read_mot_txt, write_mot_txt
from mots_plugin.formats.mot_txt import parse_mot_txt

GROUND_TRUTH = "2,1,10,20,30,40,1,1,0.75\n1,1,9,20,30.5,40,0,3,1\n"
RESULT = "1,4,10,20,30,40,0.9,-1,-1,-1\n"


def write(path, text):
    path.write_text(text)
    return path


def test_ground_truth_has_class_and_visibility(tmp_path):
    tracks = read_mot_txt(write(tmp_path / "gt.txt", GROUND_TRUTH), name="MOT17-02")
    assert tracks.name == "MOT17-02"
    assert tracks.frames.tolist() == [2, 1]
    assert tracks.boxes.tolist() == [[10, 20, 40, 60], [9, 20, 39.5, 60]]
    assert tracks.scores.tolist() == [1, 0]
    assert tracks.class_ids.tolist() == [1, 3]
    assert tracks.visibilities.tolist() == [0.75, 1]
    assert tracks.lines.tolist() == [1, 2]


def test_results_have_neither(tmp_path):
    tracks = read_mot_txt(write(tmp_path / "r.txt", RESULT))
    assert (tracks.class_ids.tolist(), tracks.visibilities.tolist()) == ([-1], [-1])
    assert tracks.scores.tolist() == [0.9]
    assert len(read_mot_txt(write(tmp_path / "empty.txt", ""))) == 0


def test_detections_share_the_id_minus_one(tmp_path):
    assert len(read_mot_txt(write(tmp_path / "det.txt", "1,-1,1,1,2,2,0.5,-1,-1,-1\n" * 2))) == 2


def test_writing_and_reading_gives_it_back(tmp_path):
    tracks = read_mot_txt(write(tmp_path / "gt.txt", GROUND_TRUTH))
    write_mot_txt(tmp_path / "again.txt", tracks, ground_truth=True)
    assert (tmp_path / "again.txt").read_text() == "1,1,9,20,30.5,40,0,3,1\n2,1,10,20,30,40,1,1,0.75\n"
    write_mot_txt(tmp_path / "result.txt", read_mot_txt(write(tmp_path / "r.txt", RESULT)))
    assert (tmp_path / "result.txt").read_text() == RESULT


@pytest.mark.parametrize(
    ("line", "class_id"),
    [
        ("1,2,10,20,30,40,0.9", -1),
        ("1,2,10,20,30,40,0.9,3", 3),
        ("1,2,10,20,30,40,0.9,3,-1", 3),
        ("1,2,10,20,30,40,0.9,3,-1,-1", 3),
        ("1,2,10,20,30,40,0.9,4.5,5.5,0", -1),
    ],
)
def test_results_of_several_classes_name_them_in_column_eight(tmp_path, line, class_id):
    tracks = read_mot_txt(write(tmp_path / "r.txt", f"{line}\n"))
    assert tracks.class_ids.tolist() == [class_id]
    write_mot_txt(tmp_path / "again.txt", tracks)
    assert read_mot_txt(tmp_path / "again.txt").class_ids.tolist() == [class_id]


@pytest.mark.parametrize(
    ("line", "complaint"),
    [
        ("1,2,3,4,5", "5 fields, 6 or more are expected"),
        ("1,2,3,four,5,6,1", "y 'four' is not a finite number"),
        ("1,2,3,nan,5,6,1", "y 'nan' is not a finite number"),
        ("1.5,2,3,4,5,6,1", "frame '1.5' is not a whole number"),
        ("1,1e300,3,4,5,6,1", "id '1e300' is not a whole number"),
        ("0,2,3,4,5,6,1", "frame 0 is below 1; count frames from 1"),
        ("1,2,3,4,-5,6,1", "width or height is negative (x from 3 to -2, y from 4 to 10)"),
        ("1,4,3,4,5,6,1", "id 4 occurs twice in frame 1 (first at line 1)"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, complaint):
    path = write(tmp_path / "r.txt", f"{RESULT}{line}\n")
    with pytest.raises(FormatError) as caught:
        read_mot_txt(path)
    assert str(caught.value).startswith(f"{path}:2: {complaint}")


def test_all_bad_lines_are_listed_and_the_others_read():
    data = b"1,1,0,0,5,5,1\n\n1,2,x,0,5,5\n1,3\n2,1,0,0,5,5,1,-1,-1,-1\n"
    tracks, faults = parse_mot_txt(data, "r.txt")
    assert [(fault.place, fault.kind) for fault in faults] == [("3", "number"), ("4", "fields")]
    assert (tracks.frames.tolist(), tracks.lines.tolist()) == ([1, 2], [1, 5])


@pytest.mark.parametrize("lines", ["1 1 0 0 5 5 0.5\n2 1 0 0 5 5 0.25\n", "1,1,0,0,5,5,0.5\r\n2, 1, 0,0,5,5,0.25"])
def test_blanks_and_line_ends_of_any_kind(tmp_path, lines):
    tracks = read_mot_txt(write(tmp_path / "r.txt", lines))
    assert (tracks.frames.tolist(), tracks.scores.tolist()) == ([1, 2], [0.5, 0.25])


def test_real_ground_truth(shared_data):
    tracks = read_mot_txt(shared_data / "mot15_tud" / "TUD-Campus" / "gt" / "gt.txt")
    assert len(tracks) == 359
    np.testing.assert_array_equal(tracks.boxes[0], [399, 182, 520, 411])
