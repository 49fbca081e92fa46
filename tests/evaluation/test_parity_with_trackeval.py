"""The numbers of trackeval 1.3.0, to the last count, on random and on real sequences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_tracks import perturb, random_truth
from trackeval_oracle import assert_same_scores, run_trackeval

from mots_plugin.evaluation.functional.families import METRIC_FAMILIES, count_sequence, summarise
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt

COLUMNS = ("frames", "track_ids", "class_ids")


def assert_equal_to_trackeval(
    folder: Path, sequences: dict[str, tuple[MaskTracks, MaskTracks, range]], benchmark: str, classes: dict[str, int]
) -> None:
    summary = summarise(
        {name: count_sequence(*data, classes, METRIC_FAMILIES) for name, data in sequences.items()}, METRIC_FAMILIES
    )
    lengths = {name: (truth, found, len(frames)) for name, (truth, found, frames) in sequences.items()}
    expected = run_trackeval(folder, lengths, benchmark)
    assert_same_scores(summary, expected, classes)


@given(seed=st.integers(0, 2**32 - 1), size=st.integers(3, 12), objects=st.integers(1, 8))
@settings(max_examples=40, deadline=None, derandomize=True)
def test_random_sequences(tmp_path_factory: pytest.TempPathFactory, seed: int, size: int, objects: int) -> None:
    rng = np.random.default_rng(seed)
    sequences = {}
    for name in ("0001", "0002"):
        truth = random_truth(rng, 8, (size, size), objects)
        sequences[name] = (truth, perturb(truth, rng, jitter=1), range(8))
    classes = {"car": 1, "pedestrian": 2}
    assert_equal_to_trackeval(tmp_path_factory.mktemp("kitti_mots"), sequences, "kitti_mots", classes)


def test_masks_that_cover_exactly_half(tmp_path: Path, draw) -> None:
    """Halves of one truth compete, in an ignore region too: the assignment decides, and must decide alike."""
    truth = draw("1111..22", "1111####", "1111####", "....####", "1111..22")
    found = draw("5566..22", "5566.7..", "6655..22", "6655.22.", "5566..22")
    assert_equal_to_trackeval(tmp_path, {"0000": (truth, found, range(5))}, "kitti_mots", {"car": 1})


@pytest.mark.parametrize("seed", [0, 1])
def test_real_pedestrians(tmp_path: Path, shared_data: Path, seed: int) -> None:
    """MOTS20-05, its first frames: a perturbed copy, and one whose masks are true but whose identities are not."""
    truth = read_mots_txt(shared_data / "mots20_05_gt" / "MOTS20-05" / "gt" / "gt.txt")
    truth = truth.select(truth.frames <= 80)
    rng = np.random.default_rng(seed)
    jittered = perturb(truth, rng, jitter=6)
    renamed = truth.select((truth.class_ids != IGNORE_CLASS) & (rng.random(len(truth)) < 0.8))
    renamed.track_ids[:] += 1000 * (renamed.frames // rng.integers(5, 20, truth.track_ids.max() + 1)[renamed.track_ids])
    sequences = {"jittered": (truth, jittered, range(1, 81)), "renamed": (truth, renamed, range(1, 81))}
    assert_equal_to_trackeval(tmp_path, sequences, "mots_challenge", {"pedestrian": 2})


def test_real_cars_and_pedestrians(tmp_path: Path, shared_data: Path) -> None:
    """Masks of a real segmenter on KITTI, 375 x 1242, both classes, perturbed."""
    rng = np.random.default_rng(0)
    folder = shared_data / "pointtrack_testsegs"
    sequences = {}
    for name in ("0010", "0012"):
        parts = [read_mots_txt(folder / kind / f"{name}.txt") for kind in ("car", "person")]
        cars, people = (part.select(part.frames < 25) for part in parts)
        cars.track_ids[:] += 1000
        people.track_ids[:] += 2000
        columns = [np.concatenate([getattr(cars, column), getattr(people, column)]) for column in COLUMNS]
        joined = MaskTracks(*columns, masks=[*cars.masks, *people.masks])
        truth = perturb(joined, rng, jitter=0)  # painted anew: masks of the two classes may overlap
        sequences[name] = (truth, perturb(truth, rng, jitter=5), range(25))
    assert_equal_to_trackeval(tmp_path, sequences, "kitti_mots", {"car": 1, "pedestrian": 2})
