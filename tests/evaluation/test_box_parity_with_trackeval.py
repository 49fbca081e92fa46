"""The numbers of trackeval 1.3.0 for boxes, to the last count, on random and on real sequences."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from random_boxes import perturb_boxes, random_box_truth
from trackeval_oracle import assert_same_scores, run_trackeval_on_boxes

from mots_plugin.evaluation.benchmarks import BENCHMARKS
from mots_plugin.evaluation.file_scoring import score_files
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.kitti_box import KITTI_CLASSES, read_kitti_box, write_kitti_box
from mots_plugin.formats.mot_txt import MOT_CLASSES, read_mot_txt, write_mot_txt
from mots_plugin.formats.seqmap import SequenceRange

METRICS = ["clear", "hota", "idf1"]
CAR, PEDESTRIAN = KITTI_CLASSES["car"], KITTI_CLASSES["pedestrian"]
Sequences = dict[str, tuple[BoxTracks, BoxTracks, int]]


def check_mot(folder: Path, sequences: Sequences, benchmark: str) -> None:
    for name, (truth, predictions, _) in sequences.items():
        write_mot_txt(folder / "gt" / f"{name}.txt", truth, ground_truth=True)
        write_mot_txt(folder / "trackers" / "mine" / "data" / f"{name}.txt", predictions)
    expected = run_trackeval_on_boxes(folder, {name: length for name, (_, _, length) in sequences.items()}, benchmark)
    ranges = [SequenceRange(name, 1, length) for name, (_, _, length) in sequences.items()]
    scores = score_files(folder / "gt", folder / "trackers" / "mine", BENCHMARKS["mot"], METRICS, ranges)
    assert_same_scores(scores.summary, expected, ["pedestrian"])


def check_kitti(folder: Path, sequences: Sequences) -> None:
    for name, (truth, predictions, _) in sequences.items():
        write_kitti_box(folder / "gt" / "label_02" / f"{name}.txt", truth, ground_truth=True)
        write_kitti_box(folder / "trackers" / "mine" / "data" / f"{name}.txt", predictions)
    expected = run_trackeval_on_boxes(folder, {name: length for name, (_, _, length) in sequences.items()}, "kitti_box")
    ranges = [SequenceRange(name, 0, length - 1) for name, (_, _, length) in sequences.items()]
    scores = score_files(folder / "gt", folder / "trackers" / "mine", BENCHMARKS["kitti_box"], METRICS, ranges)
    assert_same_scores(scores.summary, expected, ["car", "pedestrian"])


RANDOM = {
    "seed": st.integers(0, 2**32 - 1),
    "objects": st.integers(1, 12),
    "grid": st.sampled_from([0, 5, 20]),
    "jitter": st.sampled_from([0.05, 0.2]),
}


@pytest.mark.parametrize("benchmark", ["MOT15", "MOT16", "MOT17", "MOT20"])
@given(**RANDOM)
@settings(max_examples=25, deadline=None, derandomize=True)
def test_random_motchallenge(
    tmp_path_factory: pytest.TempPathFactory, benchmark: str, seed: int, objects: int, grid: float, jitter: float
) -> None:
    rng = np.random.default_rng(seed)
    classes = [-1] if benchmark == "MOT15" else [1, 1, 1, *MOT_CLASSES.values()]
    sequences = {}
    for name in (f"{benchmark}-01", f"{benchmark}-02"):
        truth = random_box_truth(rng, range(1, 9), objects, classes, grid)
        sequences[name] = (truth, perturb_boxes(truth, rng, jitter, grid, [-1]), 8)
    check_mot(tmp_path_factory.mktemp("mot"), sequences, benchmark)


@given(**RANDOM)
@settings(max_examples=50, deadline=None, derandomize=True)
def test_random_kitti(
    tmp_path_factory: pytest.TempPathFactory, seed: int, objects: int, grid: float, jitter: float
) -> None:
    rng = np.random.default_rng(seed)
    sequences = {}
    for name in ("0000", "0001"):
        truth = random_box_truth(rng, range(8), objects, [CAR, CAR, PEDESTRIAN, *KITTI_CLASSES.values()], grid)
        truth.track_ids[truth.class_ids == KITTI_CLASSES["dontcare"]] = -1
        sequences[name] = (truth, perturb_boxes(truth, rng, jitter, grid, [CAR, PEDESTRIAN]), 8)
    check_kitti(tmp_path_factory.mktemp("kitti"), sequences)


@pytest.mark.parametrize("seed", [0, 1])
def test_real_pedestrians(tmp_path: Path, shared_data: Path, seed: int) -> None:
    rng = np.random.default_rng(seed)
    sequences = {}
    for name, length in (("TUD-Campus", 71), ("TUD-Stadtmitte", 179)):
        truth = read_mot_txt(shared_data / "mot15_tud" / name / "gt" / "gt.txt")
        sequences[name] = (truth, perturb_boxes(truth, rng, 0.1, 0, [-1]), length)
    check_mot(tmp_path, sequences, "MOT15")


def test_real_cars_and_pedestrians(tmp_path: Path, shared_data: Path) -> None:
    rng = np.random.default_rng(0)
    sequences = {}
    for name, length in (("0001", 447), ("0013", 340), ("0017", 145)):
        truth = read_kitti_box(shared_data / "kitti_tracking_box" / "label_02" / f"{name}.txt")
        sequences[name] = (truth, perturb_boxes(truth, rng, 0.1, 0, [CAR, PEDESTRIAN]), length)
    check_kitti(tmp_path, sequences)
