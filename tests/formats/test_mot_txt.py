"""MOTChallenge's box text."""

import numpy as np
import pytest

from mots_plugin.formats import FormatError, read_mot_txt, write_mot_txt

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
    ("line", "complaint"),
    [
        ("1,2,3,4,5", "5 fields, 6 or more are expected"),
        ("1,2,3,four,5,6,1", "a field is not a number"),
        ("1,2,3,nan,5,6,1", "a number is not finite"),
        ("1.5,2,3,4,5,6,1", "frame or id is not a whole number"),
        ("0,2,3,4,5,6,1", "the frame is below 1; count frames from 1"),
        ("1,2,3,4,-5,6,1", "width or height is negative; write x,y,w,h"),
        ("1,4,3,4,5,6,1", "id 4 occurs twice in frame 1 (first at line 1)"),
    ],
)
def test_a_bad_line_is_named(tmp_path, line, complaint):
    path = write(tmp_path / "r.txt", f"{RESULT}{line}\n")
    with pytest.raises(FormatError) as caught:
        read_mot_txt(path)
    assert str(caught.value).startswith(f"{path}:2: {complaint}")


def test_real_ground_truth(shared_data):
    tracks = read_mot_txt(shared_data / "mot15_tud" / "TUD-Campus" / "gt" / "gt.txt")
    assert len(tracks) == 359
    np.testing.assert_array_equal(tracks.boxes[0], [399, 182, 520, 411])
