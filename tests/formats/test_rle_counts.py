"""COCO's compressed run-length strings, many at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mots_plugin.formats.rle_counts import decode_counts, decode_sound_counts, encode_counts, foreground_runs


def test_strings_worked_out_by_hand():
    # 5 → '5'; 40 = 8 + 1 * 32 → 'X' (8 + 32 + 48), '1'; a fourth count of 3 after a second of 5 is stored as -2 → 'N'.
    counts, offsets = decode_counts([b"5", b"X1", b"051N", b""])
    assert offsets.tolist() == [0, 1, 2, 6, 6]
    assert counts.tolist() == [5, 40, 0, 5, 1, 3]


@given(st.lists(st.lists(st.integers(0, 2**25), min_size=1, max_size=9), max_size=5))
@settings(deadline=None)
def test_counts_survive_compression(lists):
    strings = [encode_counts(np.array(counts), sum(counts), 1) for counts in lists]
    counts, offsets = decode_counts(strings)
    decoded = [counts[start:stop].tolist() for start, stop in zip(offsets[:-1], offsets[1:], strict=True)]
    assert decoded == lists


@pytest.mark.parametrize("counts", [[2**29], [4, -1, 5], [3]])
def test_counts_that_pycocotools_would_write_beyond_its_buffer_are_refused(counts):
    height = 8 if sum(counts) < 2**29 else 2**29
    with pytest.raises(ValueError, match="cannot compress"):
        encode_counts(np.array(counts), height, 1)


def test_a_broken_string_does_not_harm_its_neighbours():
    counts, offsets, problems = decode_sound_counts([b"12", b"1PPPPPPPP", b"56", b"3 4", b"PPPPPPPP0"])
    assert sorted(problems) == [1, 3, 4]
    assert "truncated" in problems[1]
    assert "character" in problems[3]
    assert "too long" in problems[4]
    assert offsets.tolist() == [0, 2, 2, 4, 4, 4]
    assert counts.tolist() == [1, 2, 5, 6]


def test_decode_counts_refuses_broken_strings():
    with pytest.raises(ValueError, match="run-length string 1 is truncated"):
        decode_counts([b"1", b"P"])


def test_foreground_runs_of_two_masks():
    counts, offsets = decode_counts([b"1221", b"03"])  # 1 2 2 3 (1 + 2) and 0 3
    starts, ends, rows = foreground_runs(counts, offsets)
    assert starts.tolist() == [1, 5, 0]
    assert ends.tolist() == [3, 8, 3]
    assert rows.tolist() == [0, 0, 1]
