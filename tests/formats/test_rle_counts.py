"""COCO's compressed run-length strings, many at once."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from mots_plugin.formats import rle
from mots_plugin.formats.rle_counts import (
    encode_counts,
    explain_broken_string,
    foreground_boundaries,
    foreground_runs,
)


def coded(*numbers: int) -> bytes:
    """A string from its numbers as they stand there, one character each."""
    return bytes(48 + number for number in numbers)


def test_strings_worked_out_by_hand():
    # 5 → '5'; 40 = 8 + 1 * 32 → 'X' (8 + 32 + 48), '1'; a fourth count of 3 after a second of 5 is stored as -2 → 'N'.
    starts, ends, rows = foreground_runs([b"5", b"X1", b"051N", b"03"], np.array([5, 40, 9, 3]))
    assert starts.tolist() == [0, 6, 0]
    assert ends.tolist() == [5, 9, 3]
    assert rows.tolist() == [2, 2, 3]


def test_foreground_runs_of_two_masks():
    starts, ends, rows = foreground_runs([b"1221", b"035"], 8)  # 1 2 2 3 (1 + 2) and 0 3 5
    assert starts.tolist() == [1, 5, 0]
    assert ends.tolist() == [3, 8, 3]
    assert rows.tolist() == [0, 0, 1]


def test_the_background_that_closes_a_mask_leaves_a_run_of_no_pixel():
    starts, ends, runs = foreground_boundaries([b"1221", b"035", b"8"], 8)
    assert starts.tolist() == [1, 5, 0]
    assert runs.tolist() == [2, 1, 0]
    starts, ends, runs = foreground_boundaries([b"1221", b"035"], 8)
    assert starts.tolist() == [1, 5, 0, 2]
    assert ends.tolist() == [3, 8, 3, 2]
    assert runs.tolist() == [2, 2]


@given(st.lists(st.lists(st.integers(0, 2**25), min_size=2, max_size=9), max_size=5))
@settings(deadline=None)
def test_counts_survive_compression(lists):
    lists = [counts for counts in lists if sum(counts)]
    strings = [encode_counts(np.array(counts), sum(counts), 1) for counts in lists]
    starts, ends, rows = foreground_runs(strings, np.array([sum(counts) for counts in lists], np.int64))
    expected = []
    for row, counts in enumerate(lists):
        edges = np.cumsum(counts).tolist()
        expected += [(row, a, b) for a, b in zip(edges[0::2], edges[1::2], strict=False) if a < b]
    assert list(zip(rows.tolist(), starts.tolist(), ends.tolist(), strict=True)) == expected


@given(seed=st.integers(0, 2**32 - 1))
@settings(max_examples=100, deadline=None, derandomize=True)
def test_decodes_what_pycocotools_encodes(seed):
    rng = np.random.default_rng(seed)
    drawn = [
        rng.random(tuple(rng.integers(1, 40, 2))) < rng.choice([0, 0.02, 0.5, 0.98, 1]) for _ in range(rng.integers(6))
    ]
    codes = [rle.encode(mask) for mask in drawn]
    starts, ends, rows = rle.runs_of(codes)
    for row, mask in enumerate(drawn):
        painted = np.zeros(mask.size, bool)
        for start, end in zip(starts[rows == row], ends[rows == row], strict=True):
            painted[start:end] = True
        np.testing.assert_array_equal(painted.reshape(mask.shape, order="F"), mask)


@pytest.mark.parametrize("counts", [[2**29], [4, -1, 5], [3]])
def test_counts_that_pycocotools_would_write_beyond_its_buffer_are_refused(counts):
    height = 8 if sum(counts) < 2**29 else 2**29
    with pytest.raises(ValueError, match="cannot compress"):
        encode_counts(np.array(counts), height, 1)


def test_a_broken_string_is_told_from_its_neighbours():
    sizes = [[3, 1], [1, 1], [11, 1], [1, 1], [1, 1]]
    strings = [b"12", b"1PPPPPPPP", b"56", b"3 4", b"PPPPPPPP0"]
    problems = rle.find_broken([{"size": size, "counts": counts} for size, counts in zip(sizes, strings, strict=True)])
    assert sorted(problems) == [1, 3, 4]
    assert "truncated" in problems[1]
    assert "character" in problems[3]
    assert "too long" in problems[4]


@pytest.mark.parametrize(
    ("counts", "complaint"),
    [
        (b"", "covers 0 of the 9 pixels of 3 x 3: truncated, or of another image size"),
        (b"4", "covers 4 of the 9 pixels"),
        (b"4P", "truncated (ends in the middle"),
        (b"4 5", "character"),
        (b"4q5", "character"),
        (b"155o", "truncated (ends in the middle"),
        (b"1PPPPPPPP1", "too long"),
        (b"1PPPPPP1", "too long"),
        (b"0130K3", "impossible run length"),  # 0 1 3 1 and then 3 - 5
        (b"1138", "covers 14 of the 9 pixels of 3 x 3: of another image size"),
    ],
    ids=["empty", "short", "cut", "space", "foreign", "cut late", "long", "7 groups", "negative", "too much"],
)
def test_broken_strings_are_refused_and_explained(counts, complaint):
    sound = coded(1, 1, 7)
    with pytest.raises(ValueError, match="run-length code"):
        foreground_boundaries([sound, counts, sound], 9)
    assert complaint in explain_broken_string(counts, 3, 3)
    assert explain_broken_string(sound, 3, 3) is None


@pytest.mark.parametrize("pixels", [0, 2**29, 10**30])
def test_impossible_images_are_refused(pixels):
    with pytest.raises(ValueError, match="impossible image size"):
        foreground_boundaries([b"5"], pixels)
