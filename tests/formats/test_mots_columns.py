from pathlib import Path

import numpy as np
import pytest

from mots_plugin.formats.mots_columns import parse_plain_mots_txt
from mots_plugin.formats.mots_txt import parse_mots_txt

LINES = b"0 1001 1 3 4 08\n0 2002 2 3 4 14\n12 10000 10 30 40 ab;<\n"


def assert_same(data: bytes) -> None:
    tracks = parse_plain_mots_txt(data, "folder/0002.txt")
    careful, faults = parse_mots_txt(data, "folder/0002.txt")
    assert tracks is not None
    assert not faults
    for column in ("frames", "track_ids", "class_ids", "lines"):
        assert getattr(tracks, column).tolist() == getattr(careful, column).tolist()
        assert getattr(tracks, column).dtype == np.int64
    assert (tracks.masks, tracks.source, tracks.name) == (careful.masks, careful.source, careful.name)


def test_reads_what_the_careful_parser_reads() -> None:
    assert_same(LINES)
    assert_same(LINES[:-1])
    assert_same(b"")


def test_names_the_sequence_as_told() -> None:
    tracks = parse_plain_mots_txt(LINES, "gt/gt.txt", "MOTS20-05")
    assert tracks is not None
    assert tracks.name == "MOTS20-05"


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
def test_leaves_everything_unusual_to_the_careful_parser(data: bytes) -> None:
    assert parse_plain_mots_txt(LINES + data, "0002.txt") is None


def test_real_files(shared_data: Path) -> None:
    assert_same((shared_data / "pointtrack_testsegs" / "car" / "0004.txt").read_bytes())
