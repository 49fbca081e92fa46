"""The text format of KITTI MOTS and MOTSChallenge."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mots_plugin.formats import FormatError, MaskTracks, find_faults, read_mots_txt, rle, write_mots_txt
from mots_plugin.formats.mots_txt import format_mots_line, parse_mots_txt


def square(x0, y0, size=2, height=8, width=8):
    return rle.encode_crop(np.ones((size, size), bool), x0, y0, height, width)


def line(frame, track_id, class_id, mask):
    return format_mots_line(frame, track_id, class_id, mask)


GOOD = [
    line(0, 1001, 1, square(0, 0)),
    line(0, 2001, 2, square(4, 4)),
    line(0, 10000, 10, square(0, 6)),
    line(3, 1001, 1, square(1, 0)),
]


def write(path, lines):
    path.write_text("".join(f"{text}\n" for text in lines))
    return path


def test_reads_what_the_lines_say(tmp_path):
    tracks = read_mots_txt(write(tmp_path / "0002.txt", GOOD))
    assert tracks.name == "0002"
    assert tracks.source == str(tmp_path / "0002.txt")
    assert tracks.frames.tolist() == [0, 0, 0, 3]
    assert tracks.track_ids.tolist() == [1001, 2001, 10000, 1001]
    assert tracks.class_ids.tolist() == [1, 2, 10, 1]
    assert tracks.lines.tolist() == [1, 2, 3, 4]
    assert tracks.masks[3] == square(1, 0)


def test_a_line_in_plain_text():
    assert line(7, 2003, 2, square(1, 1)) == "7 2003 2 8 8 9260W1"


def test_an_empty_file_is_a_sequence_without_objects(tmp_path):
    tracks = read_mots_txt(write(tmp_path / "0001.txt", []))
    assert len(tracks) == 0
    assert tracks.frames.dtype == np.int64


def test_blank_lines_and_windows_line_ends_are_nothing_to_complain_about(tmp_path):
    path = tmp_path / "0001.txt"
    path.write_bytes(("\r\n\r\n".join(GOOD) + "\r\n").encode())
    tracks = read_mots_txt(path)
    assert tracks.lines.tolist() == [1, 3, 5, 7]
    assert tracks.masks == read_mots_txt(write(path, GOOD)).masks


def test_writing_sorts_by_frame_and_reading_gives_it_back(tmp_path):
    tracks = read_mots_txt(write(tmp_path / "in.txt", [GOOD[3], *GOOD[:3]]))
    write_mots_txt(tmp_path / "out.txt", tracks)
    assert (tmp_path / "out.txt").read_text().splitlines() == GOOD


@pytest.mark.parametrize(
    ("bad_line", "complaint"),
    [
        ("0 1 1 8 8", "5 fields where 6 are expected; write 'frame track_id class_id height width rle'"),
        ("0 1 1 8 8 92610 b1", "7 fields where 6"),
        ("0 1 car 8 8 9260W1", "class_id 'car' is not a whole number"),
        ("0.0 1 1 8 8 9260W1", "frame '0.0' is not a whole number"),
        ("0 99999999999999999999 1 8 8 9260W1", "track_id '99999999999999999999' is not"),
        ("0 1 3 8 8 9260W1", "class id 3 is unknown; use 1 (car), 2 (pedestrian), 10 (ignore)"),
        ("-1 1 1 8 8 9260W1", "frame -1 is negative"),
        ("0 -1 1 8 8 9260W1", "track id -1 is negative"),
        ("0 1 1 8 8 9260", "run-length code covers 19 of the 64 pixels of 8 x 8: truncated"),
        ("0 1 1 8 8 9260W", "run-length code is truncated"),
        ("0 1 1 9 8 9260W1", "covers 64 of the 72 pixels of 9 x 8: truncated, or of another image size"),
        ("0 1 1 8 8 9261é", "holds a character"),
        ("0 1 1 4 16 9260W1", "image size 4 x 16 differs from 8 x 8 in line 1; all masks of a sequence"),
        (line(0, 2001, 1, square(6, 0)), "track id 2001 occurs twice in frame 0 (first: line 2)"),
        (
            line(0, 1002, 1, square(3, 3)),
            "mask of track 1002 shares 1 pixel in frame 0 with that of track 2001 (line 2)",
        ),
        (
            line(0, 1002, 1, square(0, 5)),
            "mask of track 1002 shares 2 pixels in frame 0 with that of track 10000 (line 3)",
        ),
    ],
)
def test_a_bad_line_is_named_with_the_cure(tmp_path, bad_line, complaint):
    path = write(tmp_path / "0002.txt", [*GOOD, bad_line])
    with pytest.raises(FormatError) as caught:
        read_mots_txt(path)
    message = str(caught.value)
    assert message.startswith(f"{path}:5: ")
    assert complaint in message
    assert "\n" not in message


def test_the_first_of_several_faults_is_raised_and_the_others_are_counted(tmp_path):
    path = write(tmp_path / "0002.txt", [GOOD[0], "0 2 7 8 8 9260W1", "nonsense", GOOD[1]])
    with pytest.raises(FormatError, match=r":2: class id 7 .* \(and 2 more faults in this file\)$"):
        read_mots_txt(path)


def test_without_check_masks_are_taken_as_they_are(tmp_path):
    path = write(tmp_path / "0002.txt", [*GOOD, line(0, 1002, 1, square(3, 3)), "0 1 1 8 8 truncatedP"])
    assert len(read_mots_txt(path, check=False)) == 6


def test_all_faults_of_a_sequence_are_listed_at_once():
    lines = [
        line(0, 1, 1, square(0, 0)),
        line(0, 1, 1, square(0, 1)),  # the same id, and 2 shared pixels
        "0 2 5 8 8 9260W1 extra",
        line(1, 2, 5, square(0, 0)),  # unknown class
        line(1, 3, 1, rle.encode(np.zeros((8, 8), bool))),  # no pixel
        "1 4 1 8 8 9",
    ]
    tracks, faults = parse_mots_txt("\n".join(lines).encode(), "0002.txt")
    assert [(fault.place, fault.kind) for fault in faults] == [("3", "fields")]
    found = [(fault.place, fault.kind) for fault in find_faults(tracks)]
    assert found == [("2", "duplicate"), ("2", "overlap"), ("4", "class"), ("5", "empty"), ("6", "rle")]


def test_overlaps_are_found_though_another_mask_lies_between():
    frame = rle.encode_crop(np.ones((8, 1), bool), 0, 0, 8, 8)
    tracks = MaskTracks([0] * 4, [1, 2, 3, 4], [1] * 4, [frame, square(0, 1), square(0, 5), square(4, 4)])
    faults = find_faults(tracks)
    assert [fault.problem for fault in faults] == [
        "mask of track 2 shares 2 pixels in frame 0 with that of track 1 (frame 0)",
        "mask of track 3 shares 2 pixels in frame 0 with that of track 1 (frame 0)",
    ]


def test_the_same_pixels_in_different_frames_are_no_overlap():
    assert find_faults(MaskTracks([0, 1], [1, 1], [1, 1], [square(0, 0), square(0, 0)])) == []


def complaint_about(path):
    """Read and decode a file; None when that goes well."""
    try:
        tracks = read_mots_txt(path)
    except FormatError as error:
        return str(error)
    for mask in tracks.masks:
        rle.decode(mask)
    return None


mutations = st.lists(st.tuples(st.integers(0, 10**6), st.integers(0, 255)), min_size=1, max_size=4)


@given(mutations)
@settings(deadline=None)
def test_a_damaged_file_is_read_or_refused_by_line_and_never_crashes(tmp_path_factory, changes):
    data = bytearray("\n".join(GOOD).encode())
    for position, value in changes:
        data[position % len(data)] = value
    path = tmp_path_factory.mktemp("damaged") / "0002.txt"
    path.write_bytes(data)
    complaint = complaint_about(path)
    assert complaint is None or complaint.startswith(f"{path}:")


@given(st.binary(max_size=80))
@settings(deadline=None)
def test_random_bytes_never_give_anything_but_rows_and_faults(data):
    tracks, faults = parse_mots_txt(data, "noise.txt")
    assert len(tracks) + len(faults) == sum(1 for text in data.split(b"\n") if text.strip())
    find_faults(tracks)


def test_real_ground_truth_is_sound_and_survives_writing(shared_data, tmp_path):
    source = shared_data / "mots20_05_gt" / "MOTS20-05" / "gt" / "gt.txt"
    tracks = read_mots_txt(source, name="MOTS20-05")
    assert len(tracks) == 7372
    assert len(set(tracks.track_ids[tracks.class_ids == 2].tolist())) == 103
    assert (tracks.frames.min(), tracks.frames.max()) == (1, 837)
    write_mots_txt(tmp_path / "gt.txt", tracks)
    again = read_mots_txt(tmp_path / "gt.txt")
    order = np.argsort(tracks.frames, kind="stable")
    assert again.masks == [tracks.masks[row] for row in order]
    assert again.track_ids.tolist() == tracks.track_ids[order].tolist()
