from pathlib import Path

import numpy as np
import pytest

from mots_plugin.formats import MaskTracks
from mots_plugin.formats.mots_columns import read_columns
from mots_plugin.formats.mots_txt import parse_mots_txt

LINES = b"0 1001 1 3 4 08\n0 2002 2 3 4 14\n12 10000 10 30 40 ab;<\n"


def line_by_line(data: bytes) -> MaskTracks:
    """What the reader makes of the text with a blank line behind, which is read line by line."""
    tracks, faults = parse_mots_txt(data + b"\n\n", "folder/0002.txt")
    assert not faults
    return tracks


def assert_same(data: bytes) -> None:
    assert read_columns(data) is not None
    assert read_columns(data + b"\n\n") is None
    tracks, faults = parse_mots_txt(data, "folder/0002.txt")
    assert not faults
    careful = line_by_line(data)
    for column in ("frames", "track_ids", "class_ids", "lines"):
        assert getattr(tracks, column).tolist() == getattr(careful, column).tolist()
        assert getattr(tracks, column).dtype == np.int64
    assert (tracks.masks, tracks.source, tracks.name) == (careful.masks, careful.source, careful.name)


def test_reads_what_the_careful_reader_reads() -> None:
    assert_same(LINES)
    assert_same(LINES[:-1])
    assert_same(b"")


def test_numbers_of_up_to_nine_digits_in_a_line_as_short_as_can_be() -> None:
    assert_same(b"0 0 0 0 0 0\n")
    assert_same(b"123456789 1 999999999 10 1 0\n7 123 4 5 6 0\n")


@pytest.mark.parametrize(
    "data",
    [
        b"0 1001 1 3 4\n",
        b"0 1001 1 3 4 08 9\n",
        b"0 1001 1 3 4\n0 1001 1 3 4 5 08\n",
        b"0 1001 1 3 4  08\n",
        b"0 1001 1 3 4 08 \n",
        b"0\t1001 1 3 4 08\n",
        b"0 1001 1 3 4 08\r\n",
        b"0 1001 1 3 4 08\n\n",
        b"-1 1001 1 3 4 08\n",
        b"0 1001 car 3 4 08\n",
        b"0 1.5 1 3 4 08\n",
        b"0 12345678901 1 3 4 08\n",
        b"\n",
    ],
)
def test_leaves_everything_unusual_to_the_careful_reader(data: bytes) -> None:
    assert read_columns(LINES + data) is None


def test_real_files(shared_data: Path) -> None:
    assert_same((shared_data / "pointtrack_testsegs" / "car" / "0004.txt").read_bytes())
