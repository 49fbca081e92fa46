"""How fast tracks of boxes are scored, beside trackeval, on the same files in one run, scores compared.

    python tools/benchmark/box_eval_speed.py [--sequences 7] [--frames 760] [--objects 21]

Builds a crowd that walks past itself, in MOTChallenge's text (the defaults are the size of MOT17's training set), with
predictions that miss, jitter, swap identities and raise false alarms. Both evaluators read the files and compute CLEAR,
HOTA and identity metrics by the rules of MOT17, in this process, imports done before. Seconds are medians.
"""

from __future__ import annotations

import argparse
import contextlib
import io
import statistics
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mots_plugin.evaluation.benchmarks import BENCHMARKS
from mots_plugin.evaluation.file_scoring import score_files
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.mot_txt import write_mot_txt
from mots_plugin.formats.seqmap import SequenceRange
from mots_plugin.formats.text_table import format_table

WIDTH, HEIGHT = 1920, 1080


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--sequences", type=int, default=7, help="default: %(default)s")
    parser.add_argument("--frames", type=int, default=760, help="of each sequence (default: %(default)s)")
    parser.add_argument("--objects", type=int, default=21, help="in each frame (default: %(default)s)")
    parser.add_argument("--runs", type=int, default=3, help="default: %(default)s")
    return parser.parse_args()


def walking_crowd(rng: np.random.Generator, frames: int, objects: int) -> BoxTracks:
    """Pedestrians (and some static ones, which are distractors) on straight paths that begin anew at the borders."""
    height = rng.uniform(0.1, 0.4, objects) * HEIGHT
    start = np.column_stack([rng.uniform(0, WIDTH, objects), rng.uniform(0.3, 1, objects) * HEIGHT - height])
    speed = rng.normal(0, 6, objects)
    frame, thing = np.repeat(np.arange(1, frames + 1), objects), np.tile(np.arange(objects), frames)
    travelled = start[thing, 0] + frame * speed[thing]
    lap = np.floor(travelled / WIDTH).astype(np.int64)
    x, y = travelled - lap * WIDTH, start[thing, 1]
    boxes = np.round(np.column_stack([x, y, x + 0.4 * height[thing], y + height[thing]]), 1)
    track_ids = np.unique(thing * 1000 + lap, return_inverse=True)[1] + 1
    static = thing % 10 == 0
    return BoxTracks(
        frame, track_ids, boxes, scores=~static, class_ids=np.where(static, 7, 1), visibilities=np.ones(len(frame))
    )


def perturb(truth: BoxTracks, rng: np.random.Generator) -> BoxTracks:
    """Misses, jitter, identities that change every 40 frames, false alarms."""
    found = truth.select(rng.random(len(truth)) < 0.85)
    size = np.tile(found.boxes[:, 2:] - found.boxes[:, :2], 2)
    boxes = found.boxes + rng.normal(0, 0.06, size.shape) * size
    boxes[:, 2:] = np.maximum(boxes[:, 2:], boxes[:, :2] + 1)
    track_ids = found.track_ids * 100 + (found.frames + 7 * found.track_ids) // 40
    extra = rng.random(len(boxes)) < 0.1
    shifted = boxes[extra] + rng.normal(0, 40, (int(extra.sum()), 1))
    return BoxTracks(
        np.concatenate([found.frames, found.frames[extra]]),
        np.concatenate([track_ids, 10_000_000 + np.arange(int(extra.sum()))]),
        np.round(np.concatenate([boxes, shifted]), 2),
        scores=np.ones(len(boxes) + int(extra.sum())),
    )


def score_here(case: Path, lengths: dict[str, int]) -> dict[str, float]:
    """Score with this project."""
    ranges = [SequenceRange(name, 1, length) for name, length in lengths.items()]
    scores = score_files(case / "gt", case / "trackers" / "mine", BENCHMARKS["mot"], ("clear", "hota", "idf1"), ranges)
    return {name: scores.summary["pedestrian"][name] for name in ("HOTA", "MOTA", "IDF1")}


def score_with_trackeval(case: Path, lengths: dict[str, int]) -> dict[str, float]:
    """Score with trackeval."""
    import trackeval

    config = {
        "GT_FOLDER": str(case / "gt"),
        "TRACKERS_FOLDER": str(case / "trackers"),
        "SEQ_INFO": lengths,
        "GT_LOC_FORMAT": "{gt_folder}/{seq}.txt",
        "SKIP_SPLIT_FOL": True,
        "PRINT_CONFIG": False,
    }
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = trackeval.datasets.MotChallenge2DBox(config)
        metrics = {"HOTA": trackeval.metrics.HOTA(), "MOTA": trackeval.metrics.CLEAR({"PRINT_CONFIG": False})}
        metrics["IDF1"] = trackeval.metrics.Identity({"PRINT_CONFIG": False})
        results: dict[str, dict] = {name: {} for name in metrics}
        for sequence in lengths:
            data = dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data("mine", sequence), "pedestrian")
            for name, metric in metrics.items():
                results[name][sequence] = metric.eval_sequence(data)
        return {name: float(np.mean(metric.combine_sequences(results[name])[name])) for name, metric in metrics.items()}


def main() -> int:
    arguments = parse_arguments()
    rng = np.random.default_rng(0)
    lengths = {f"MOT17-{number:02d}": arguments.frames for number in range(1, arguments.sequences + 1)}
    evaluators = {"mots_plugin": score_here, "trackeval": score_with_trackeval}
    seconds: dict[str, list[float]] = {name: [] for name in evaluators}
    scores = {}
    with tempfile.TemporaryDirectory(prefix="box_eval_speed_") as folder:
        case = Path(folder)
        for name in tqdm(lengths, desc="building the case", unit="sequence"):
            truth = walking_crowd(rng, arguments.frames, arguments.objects)
            write_mot_txt(case / "gt" / f"{name}.txt", truth, ground_truth=True)
            write_mot_txt(case / "trackers" / "mine" / "data" / f"{name}.txt", perturb(truth, rng))
        first = next(iter(lengths))
        for evaluate in evaluators.values():
            evaluate(case, {first: lengths[first]})  # imports
        for _ in tqdm(range(arguments.runs), desc="timing", unit="run"):
            for name, evaluate in evaluators.items():
                start = time.perf_counter()
                scores[name] = evaluate(case, dict(lengths))
                seconds[name].append(time.perf_counter() - start)
    median = {name: statistics.median(values) for name, values in seconds.items()}
    rows = [
        [name, f"{median[name]:.3f}", f"{median[name] / median['mots_plugin']:.1f}"]
        + [f"{100 * value:.6f}" for value in scores[name].values()]
        for name in evaluators
    ]
    print(format_table(["evaluator", "seconds", "ratio", *scores["mots_plugin"]], rows))
    return 0


if __name__ == "__main__":
    sys.exit(main())
