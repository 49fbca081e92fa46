"""How fast tracks are scored, beside trackeval and motrics, on the same files in one run.

    python tools/benchmark/eval_speed.py [--data DIR]

Builds a case of the size of KITTI MOTS val (9 sequences, 2,981 frames of 375 x 1242) from real masks: ground truth, and
predictions made from it with misses, false identities, shifted and trimmed masks. Then each evaluator computes CLEAR,
HOTA and identity metrics of both classes, in a process of its own, one after the other and so several times. Seconds
are the best of these runs: in process, from the first file to the last metric, and for the whole process, with its
start and imports. motrics takes part if it is installed (``pip install motrics``); unlike the others it checks neither
overlaps nor repeated ids.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import io
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np
from tqdm import tqdm

from mots_plugin.evaluation.tables import format_table
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt, write_mots_txt
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.rle import RLE, decode_crop, encode_crop
from mots_plugin.formats.splits import KITTI_MOTS_VAL

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
    car = score_files(case / "gt", case / "pred", BENCHMARKS["kitti_mots"], metrics, KITTI_MOTS_VAL).summary["car"]
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
    """Run one evaluator once and print its seconds, imports left out, as json."""
    importlib.import_module(MODULES[evaluator])
    start = time.perf_counter()
    with contextlib.redirect_stdout(io.StringIO()):
        scores = EVALUATORS[evaluator](case)
    print(json.dumps({"inproc_s": time.perf_counter() - start, "scores": scores}))


@report_errors_in_one_line
def main() -> None:
    arguments = parse_arguments()
    if arguments.run:
        time_inside(arguments.run, arguments.case)
        return
    with tempfile.TemporaryDirectory(prefix="eval_speed_") as folder:
        build_case(arguments.data, Path(folder))
        for side in ("gt", "pred"):
            print(f"{side}: {sum(path.stat().st_size for path in Path(folder, side).rglob('*.txt')) / 1e6:.1f} MB")
        compare(Path(folder), arguments.runs)


def compare(case: Path, runs: int) -> None:
    """Run all evaluators in turn, several times, and print their scores, their best seconds and the ratios."""
    inside: dict[str, list[float]] = {}
    whole: dict[str, list[float]] = {}
    scores: dict[str, dict[str, float]] = {}
    progress = tqdm([*EVALUATORS] * runs, desc="timing", unit="run")
    for evaluator in progress:
        progress.set_postfix_str(evaluator)
        start = time.perf_counter()
        command = [sys.executable, __file__, "--run", evaluator, "--case", str(case)]
        done = subprocess.run(command, capture_output=True, text=True)
        if done.returncode:
            progress.write(f"{evaluator} does not run: {done.stderr.strip().splitlines()[-1]}")
            continue
        whole.setdefault(evaluator, []).append(time.perf_counter() - start)
        report = json.loads(done.stdout)
        inside.setdefault(evaluator, []).append(report["inproc_s"])
        scores[evaluator] = report["scores"]
    rows = []
    for evaluator in inside:
        row = [evaluator]
        for seconds in (inside, whole):
            best = min(seconds[evaluator])
            row += [f"{best:.3f}", f"{best / min(seconds['mots_plugin']):.1f}"]
        rows.append([*row, ", ".join(f"{name} {100 * value:.4f}" for name, value in scores[evaluator].items())])
    print(format_table(["evaluator", "in process s", "ratio", "whole process s", "ratio", "scores of cars"], rows))


if __name__ == "__main__":
    sys.exit(main())
