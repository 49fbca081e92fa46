"""How fast tracks are scored, beside trackeval and motrics, on the same files in one run.

    python tools/benchmark/eval_speed.py [--data DIR]

Builds a case of the size of KITTI MOTS val (9 sequences, 2,981 frames of 375 x 1242) from real masks: ground truth, and
predictions made from it with misses, false identities, shifted and trimmed masks. Then each evaluator computes CLEAR,
HOTA and identity metrics of both classes, in a process of its own, several times, in an order that is drawn anew for
each round. Seconds are medians: in process, from the first file to the last metric, by the clock and of processor time
(which a busy machine disturbs less), and for the whole process, with its start and imports; ratios are medians of the
ratios within a round. motrics takes part if it is installed (``pip install motrics``); unlike the others it checks
neither overlaps nor repeated ids. Further tables show where our time goes, how it grows with the frames, and how memory
depends on the number of sequences.
"""

from __future__ import annotations

import argparse
import contextlib
import cProfile
import importlib.util
import io
import json
import pstats
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Any

import numpy as np
from tqdm import tqdm

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt, write_mots_txt
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.rle import RLE, decode_crop, encode_crop
from mots_plugin.formats.splits import KITTI_MOTS_VAL
from mots_plugin.formats.text_table import format_table

HEIGHT, WIDTH = 375, 1242
CLASSES = {"car": 1, "pedestrian": 2}
FOLDER_CLASSES = {"car": 1, "person": 2}
DEFAULT_DATA = Path(__file__).resolve().parents[3] / "shared" / "data" / "pointtrack_testsegs"


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=DEFAULT_DATA, help="folders car/ and person/ of MOTS text files")
    parser.add_argument("--runs", type=int, default=5, help="runs of each evaluator (default: %(default)s)")
    parser.add_argument("--run", choices=EVALUATORS, help=argparse.SUPPRESS)
    parser.add_argument("--case", type=Path, help=argparse.SUPPRESS)
    return parser.parse_args()


def build_case(data: Path, folder: Path) -> None:
    """Write ``gt/SSSS.txt`` and ``pred/data/SSSS.txt`` for every sequence of KITTI MOTS val."""
    names = [path.stem for path in sorted((data / "car").glob("*.txt")) if (data / "person" / path.name).is_file()]
    rng = np.random.default_rng(0)
    sources = iter(names)
    for wanted in tqdm(KITTI_MOTS_VAL, desc="building the case", unit="sequence"):
        assert wanted.last_frame is not None
        truth = next((tracks for tracks in (read_real(data, name) for name in sources) if len(tracks)), None)
        if truth is None:
            raise FormatError(data, f"too few sequences of {HEIGHT} x {WIDTH}", "name a folder with more by --data")
        truth = fill_frames(truth, wanted.last_frame + 1)
        write_mots_txt(folder / "gt" / f"{wanted.name}.txt", truth)
        write_mots_txt(folder / "pred" / "data" / f"{wanted.name}.txt", perturb(truth, rng))


def read_real(data: Path, name: str) -> MaskTracks:
    """Read both classes of a sequence, as class id * 1000 + instance, without masks that overlap earlier ones."""
    rows = []
    for folder, class_id in FOLDER_CLASSES.items():
        tracks = read_mots_txt(data / folder / f"{name}.txt")
        columns = tracks.frames.tolist(), tracks.track_ids.tolist(), tracks.masks
        for frame, number, mask in zip(*columns, strict=True):
            rows.append((frame, 1000 * class_id + number, class_id, mask))
    canvas, frame_on_canvas, kept = np.zeros((HEIGHT, WIDTH), bool), -1, []
    for row in sorted(rows, key=lambda row: row[0]):
        if row[3]["size"] != [HEIGHT, WIDTH]:
            break
        if row[0] != frame_on_canvas:
            canvas[:], frame_on_canvas = False, row[0]
        crop, x0, y0 = decode_crop(row[3])
        window = canvas[y0 : y0 + crop.shape[0], x0 : x0 + crop.shape[1]]
        if not (window & crop).any():
            window |= crop
            kept.append(row)
    return tracks_of(kept)


def tracks_of(rows: list[tuple[int, int, int, RLE]]) -> MaskTracks:
    frames, track_ids, class_ids = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3).T
    return MaskTracks(frames, track_ids, class_ids, [row[3] for row in rows])


def fill_frames(tracks: MaskTracks, length: int) -> MaskTracks:
    """Repeat a sequence, with new identities each time, until it has the length."""
    rows, period = [], int(tracks.frames.max()) + 1
    for frame, track_id, class_id, mask in zip(
        tracks.frames.tolist(), tracks.track_ids.tolist(), tracks.class_ids.tolist(), tracks.masks, strict=True
    ):
        rows += [(frame + start, track_id + start, class_id, mask) for start in range(0, length - frame, period)]
    return tracks_of(sorted(rows, key=lambda row: row[0]))


def perturb(truth: MaskTracks, rng: np.random.Generator) -> MaskTracks:
    """Drop every twelfth mask, shift each frame, trim every second mask, rename a track every 40 frames or so."""
    shifts = rng.integers(-4, 5, (int(truth.frames.max()) + 1, 2))
    rows = []
    for row in np.flatnonzero(rng.random(len(truth)) > 1 / 12).tolist():
        frame, class_id = int(truth.frames[row]), int(truth.class_ids[row])
        track_id = int(truth.track_ids[row])
        renamed = class_id * 100_000 + track_id % 1000 + 1000 * ((frame + 7 * track_id) // 40)
        crop, x0, y0 = decode_crop(truth.masks[row])
        trimmed = int(rng.integers(0, 1 + crop.shape[1] // 4)) if rng.random() < 0.5 else 0
        x, y = x0 + trimmed + shifts[frame, 0], y0 + shifts[frame, 1]
        mask = encode_crop(crop[:, trimmed:], int(x), int(y), HEIGHT, WIDTH)
        rows.append((frame, renamed, class_id, mask))
    return tracks_of(rows)


def run_this(case: Path) -> dict[str, float]:
    from mots_plugin.evaluation.benchmarks import BENCHMARKS
    from mots_plugin.evaluation.file_scoring import score_files

    metrics = ["smotsa", "hota", "idf1"]
    car = score_files(case / "gt", case / "pred", BENCHMARKS["kitti_mots"], metrics).summary["car"]
    return {name: car[name] for name in ("HOTA", "MOTSA", "IDF1")}


def run_trackeval(case: Path) -> dict[str, float]:
    import trackeval

    config = {
        "GT_FOLDER": str(case / "gt"),
        "TRACKERS_FOLDER": str(case),
        "TRACKERS_TO_EVAL": ["pred"],
        "SEQ_INFO": {wanted.name: (wanted.last_frame or 0) + 1 for wanted in KITTI_MOTS_VAL},
        "GT_LOC_FORMAT": "{gt_folder}/{seq}.txt",
    }
    dataset = trackeval.datasets.KittiMOTS(config)
    metrics = [trackeval.metrics.HOTA(), trackeval.metrics.CLEAR(), trackeval.metrics.Identity()]
    results: dict[str, dict] = {class_name: {} for class_name in CLASSES}
    for name in config["SEQ_INFO"]:
        raw = dataset.get_raw_seq_data("pred", name)
        for class_name in CLASSES:
            data = dataset.get_preprocessed_seq_data(raw, class_name)
            results[class_name][name] = [metric.eval_sequence(data) for metric in metrics]
    combined = [
        {
            class_name: metric.combine_sequences({name: found[place] for name, found in results[class_name].items()})
            for class_name in CLASSES
        }
        for place, metric in enumerate(metrics)
    ]
    hota, clear, identity = (by_class["car"] for by_class in combined)
    return {"HOTA": float(hota["HOTA"].mean()), "MOTSA": float(clear["MOTA"]), "IDF1": float(identity["IDF1"])}


def run_motrics(case: Path) -> dict[str, float]:
    import motrics

    matches = errors = truths = 0
    for wanted in KITTI_MOTS_VAL:
        truth, ignored = motrics.load_kitti_mots_gt(case / "gt" / f"{wanted.name}.txt")
        predictions = motrics.load_kitti_mots(case / "pred" / "data" / f"{wanted.name}.txt")
        for class_name in CLASSES:
            pairs = motrics.preprocess_kitti_mots(truth, predictions, class_name, ignore_regions=ignored)
            clear = motrics.compute_clear_from_similarity(*pairs)
            motrics.compute_hota_from_similarity(*pairs)
            motrics.compute_identity_from_similarity(*pairs)
            if class_name == "car":
                matches += clear.num_matches
                errors += clear.num_false_positives + clear.num_switches
                truths += clear.num_matches + clear.num_misses
    return {"MOTSA": (matches - errors) / truths}


EVALUATORS: dict[str, Callable[[Path], dict[str, float]]] = {
    "mots_plugin": run_this,
    "trackeval": run_trackeval,
    "motrics": run_motrics,
}


MODULES = {"mots_plugin": "mots_plugin.evaluation.benchmarks", "trackeval": "trackeval", "motrics": "motrics"}


def time_inside(evaluator: str, case: Path) -> None:
    """Run one evaluator once and print its seconds, imports left out, and the memory of its process, as json."""
    importlib.import_module(MODULES[evaluator])
    start, cpu_start = time.perf_counter(), time.process_time()
    with contextlib.redirect_stdout(io.StringIO()):
        scores = EVALUATORS[evaluator](case)
    report = {"wall": time.perf_counter() - start, "cpu": time.process_time() - cpu_start, "scores": scores}
    print(json.dumps({**report, "peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))


def run_apart(evaluator: str, case: Path) -> dict[str, Any]:
    """Run one evaluator in a process of its own and return its report, with the seconds of the whole process."""
    start = time.perf_counter()
    command = [sys.executable, __file__, "--run", evaluator, "--case", str(case)]
    done = subprocess.run(command, capture_output=True, text=True)
    whole = time.perf_counter() - start
    if done.returncode:
        raise FormatError(evaluator, f"does not run: {done.stderr.strip().splitlines()[-1]}", "install it")
    return {**json.loads(done.stdout), "whole": whole}


@report_errors_in_one_line
def main() -> None:
    arguments = parse_arguments()
    if arguments.run:
        time_inside(arguments.run, arguments.case)
        return
    with tempfile.TemporaryDirectory(prefix="eval_speed_") as folder:
        case = Path(folder, "case")
        build_case(arguments.data, case)
        for side in ("gt", "pred"):
            print(f"{side}: {sum(path.stat().st_size for path in (case / side).rglob('*.txt')) / 1e6:.1f} MB")
        compare(case, arguments.runs)
        show_stages(case)
        show_growth(case, Path(folder, "growth"), arguments.runs)


def compare(case: Path, runs: int) -> None:
    """Run all evaluators several times, and print their scores, their median seconds and the ratios to ours."""
    reports: dict[str, list[dict[str, Any]]] = {name: [] for name in EVALUATORS if importlib.util.find_spec(name)}
    progress = tqdm(total=len(reports) * runs, desc="timing", unit="run")
    for _ in range(runs):
        for evaluator in random.sample([*reports], len(reports)):
            progress.set_postfix_str(evaluator)
            reports[evaluator].append(run_apart(evaluator, case))
            progress.update()
    progress.close()
    rows = []
    for evaluator, found in reports.items():
        row = [evaluator]
        for kind in ("wall", "cpu", "whole"):
            ratios = [report[kind] / ours[kind] for report, ours in zip(found, reports["mots_plugin"], strict=True)]
            row += [f"{median(report[kind] for report in found):.3f}", f"{median(ratios):.1f}"]
        row.append(f"{max(report['peak_mb'] for report in found):.0f}")
        rows.append([*row, ", ".join(f"{name} {100 * value:.4f}" for name, value in found[0]["scores"].items())])
    heads = [
        "in process s",
        "ratio",
        "of processor s",
        "ratio",
        "whole process s",
        "ratio",
        "peak MB",
        "scores of cars",
    ]
    print(format_table(["evaluator", *heads], rows))


STAGES = {
    "files found": "find_track_files",
    "text read": "read_columns",
    "rows checked": "_check_rows",
    "run lengths decoded": "read_counts",
    "decoded runs overlapped": "mask_overlaps",
    "CLEAR": "mots_counts",
    "HOTA": "hota_counts",
    "identity": "identity_counts",
    "counts added up": "summarise",
}
"""What the time is spent on, and the function that does it; overlapping is shown without the decoding within."""


def show_stages(case: Path) -> None:
    """Print where our processor time goes, in a second run, under a profiler that makes it a little slower."""
    run_this(case)
    profiler = cProfile.Profile(time.process_time)
    profiler.runcall(run_this, case)
    seconds: dict[str, float] = {}
    for (_, _, function), (_, _, _, cumulative, _) in pstats.Stats(profiler).stats.items():  # type: ignore[attr-defined]
        seconds[function] = max(seconds.get(function, 0.0), cumulative)
    spent = {stage: seconds[function] for stage, function in STAGES.items()}
    spent["decoded runs overlapped"] -= spent["run lengths decoded"]
    spent["all else"] = seconds["score_files"] - sum(spent.values())
    total = seconds["score_files"]
    rows = [[stage, f"{1000 * value:.1f}", f"{100 * value / total:.0f} %"] for stage, value in spent.items()]
    print(format_table(["stage", "ms", "share"], rows))


def show_growth(case: Path, folder: Path, runs: int) -> None:
    """Print our time and memory for one sequence of more and more frames, and for more and more sequences."""
    wanted = KITTI_MOTS_VAL[0]
    sides = {side: read_mots_txt(case / side / f"{wanted.name}.txt", check=False) for side in ("gt", "pred/data")}
    rows = []
    for times in (1, 2, 4, 8):
        grown = folder / f"{times} times"
        for side, tracks in sides.items():
            length = times * (int(tracks.frames.max()) + 1)
            write_mots_txt(grown / side / f"{wanted.name}.txt", fill_frames(tracks, length))
        rows.append([f"one of {length} frames", *time_and_memory(grown, length, runs)])
    everything = sum((wanted.last_frame or 0) + 1 for wanted in KITTI_MOTS_VAL)
    rows.append([f"{len(KITTI_MOTS_VAL)} of {everything} frames", *time_and_memory(case, everything, runs)])
    print(format_table(["sequences", "of processor ms a frame", "peak MB"], rows))


def time_and_memory(case: Path, frames: int, runs: int) -> list[str]:
    """Return our milliseconds of processor time a frame, and the peak memory of the process in MB."""
    reports = [run_apart("mots_plugin", case) for _ in range(runs)]
    milliseconds = 1000 * median(report["cpu"] for report in reports) / frames
    return [f"{milliseconds:.4f}", f"{median(report['peak_mb'] for report in reports):.0f}"]


if __name__ == "__main__":
    sys.exit(main())
