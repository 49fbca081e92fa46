"""Seqmaps and the official splits."""

import pytest

from mots_plugin.formats import FormatError, SequenceRange, read_seqmap, write_seqmap
from mots_plugin.formats.splits import (
    KITTI_MOTS_TRAIN,
    KITTI_MOTS_VAL,
    MOTS_CHALLENGE_TEST,
    MOTS_CHALLENGE_TRAIN,
    SPLITS,
    leave_one_out,
)


def test_the_form_of_mots_tools(tmp_path):
    path = tmp_path / "val.seqmap"
    path.write_text("0002 empty 000000 000232\n\n0006 empty 000000 000269\n")
    first, second = read_seqmap(path)
    assert (first.name, first.first_frame, first.last_frame) == ("0002", 0, 232)
    assert second.source == f"{path}:3"
    assert [frame for frame in (-1, 0, 232, 233) if frame in first] == [0, 232]


def test_the_form_of_trackeval_names_whole_sequences(tmp_path):
    path = tmp_path / "MOTS-train.txt"
    path.write_text("name\nMOTS20-02\nMOTS20-05\n")
    ranges = read_seqmap(path)
    assert [(entry.name, entry.first_frame, entry.last_frame) for entry in ranges] == [
        ("MOTS20-02", None, None),
        ("MOTS20-05", None, None),
    ]
    assert 10**6 in ranges[0]


def test_a_seqmap_survives_the_disk(tmp_path):
    ranges = [SequenceRange("0002", 0, 232), SequenceRange("MOTS20-05", 1, 837)]
    write_seqmap(tmp_path / "a.seqmap", ranges)
    assert (tmp_path / "a.seqmap").read_text() == "0002 empty 000000 000232\nMOTS20-05 empty 000001 000837\n"
    again = read_seqmap(tmp_path / "a.seqmap")
    assert [(entry.name, entry.first_frame, entry.last_frame) for entry in again] == [
        ("0002", 0, 232),
        ("MOTS20-05", 1, 837),
    ]


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("0002 empty 0 232\n0002 empty 0 10\n", ":2: sequence 0002 occurs twice"),
        ("0002 empty 5 4\n", ":1: the range of sequence 0002 ends at 4, before it starts"),
        ("0002 0 232\n", ":1: cannot read '0002 0 232'; write '<sequence> empty <first frame> <last frame>'"),
        ("0002 empty zero 232\n", ":1: cannot read"),
        ("0002 empty 0 -1\n", ":1: cannot read"),
        ("\n", ": names no sequence"),
    ],
)
def test_a_bad_seqmap_is_refused_by_line(tmp_path, text, complaint):
    path = tmp_path / "bad.seqmap"
    path.write_text(text)
    with pytest.raises(FormatError) as caught:
        read_seqmap(path)
    assert str(caught.value).startswith(f"{path}{complaint}")


def test_bytes_that_are_no_text_are_refused(tmp_path):
    (tmp_path / "bad.seqmap").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(FormatError, match="is not a text file"):
        read_seqmap(tmp_path / "bad.seqmap")


def test_a_name_that_a_line_cannot_hold_is_not_written(tmp_path):
    with pytest.raises(FormatError, match="sequence name 'a b' is not one word"):
        write_seqmap(tmp_path / "a.seqmap", [SequenceRange("a b", 0, 1)])
    assert not list(tmp_path.iterdir())


def test_official_splits_have_the_published_frames():
    def frames(split):
        return sum(entry.last_frame - entry.first_frame + 1 for entry in split)

    # MOTS paper, table 1: KITTI MOTS has 5,027 training and 2,981 validation frames, MOTSChallenge 2,862.
    assert (len(KITTI_MOTS_TRAIN), frames(KITTI_MOTS_TRAIN)) == (12, 5027)
    assert (len(KITTI_MOTS_VAL), frames(KITTI_MOTS_VAL)) == (9, 2981)
    assert (len(MOTS_CHALLENGE_TRAIN), frames(MOTS_CHALLENGE_TRAIN)) == (4, 2862)
    assert frames(MOTS_CHALLENGE_TEST) == 3044
    names = {entry.name for entry in KITTI_MOTS_TRAIN + KITTI_MOTS_VAL}
    assert names == {f"{number:04d}" for number in range(21)}
    assert SPLITS["kitti_mots_val"] is KITTI_MOTS_VAL


def test_leave_one_out_by_number():
    train, val = leave_one_out(MOTS_CHALLENGE_TRAIN, "2")
    assert [entry.name for entry in train] == ["0005", "0009", "0011"]
    assert [(entry.name, entry.last_frame) for entry in val] == [("0002", 600)]
    with pytest.raises(ValueError, match="sequence 7 is not among 0002, 0005, 0009, 0011"):
        leave_one_out(MOTS_CHALLENGE_TRAIN, "7")


def test_seqmaps_of_kittis_boxes_count_frames(tmp_path):
    path = tmp_path / "evaluate_tracking.seqmap.training"
    path.write_text("0000 empty 000000 000154\n")
    assert [(entry.first_frame, entry.last_frame) for entry in read_seqmap(path)] == [(0, 153)]
