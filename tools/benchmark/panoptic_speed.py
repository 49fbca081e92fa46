#!/usr/bin/env python
"""How fast panoptic videos are scored, beside deeplab2's numpy code, on the same files in one run.

    python tools/benchmark/panoptic_speed.py [--deeplab2 CHECKOUT] [--frames 50] [--rounds 5]

Renders a toy street of 375 x 1242 pixels with the 19 classes of KITTI-STEP. The prediction is the truth, bent by a few
pixels, with ids that switch; the second case has one pixel in fifty of a random class besides, which is harder for code
that walks along runs of pixels. Evaluators take turns, each in a process of its own that reads frame after frame from
PNGs, as users' programs do. Milliseconds are of processor time, which other programs disturb least, and medians over
the rounds; what reading takes is told apart. deeplab2 (github.com/google-research/deeplab2) needs only a checkout; its
STQ alone is compared, since its PQ needs TensorFlow.
"""

from __future__ import annotations

import argparse
import importlib.util
import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tqdm import tqdm

from mots_plugin.evaluation.functional.panoptic_families import PANOPTIC_FAMILIES
from mots_plugin.evaluation.functional.panoptic_overlaps import count_overlaps
from mots_plugin.evaluation.functional.panoptic_scores import PUBLISHED
from mots_plugin.evaluation.tables import format_table
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.step_classes import CLASS_LISTS
from mots_plugin.formats.step_png import INSTANCE_BITS, panoptic_ids, read_step_png, write_step_png
from mots_plugin.toy_street import StreetSettings
from mots_plugin.toy_street.renderer import render
from mots_plugin.toy_street.scene import build_scene
from mots_plugin.toy_street.writer import panoptic_map

HEIGHT, WIDTH = 375, 1242
CLASSES = CLASS_LISTS["kitti_step"]
NOISE = {"bent outlines": 0.0, "and noise": 0.02}
STQ_FILE = Path("evaluation", "numpy", "segmentation_and_tracking_quality.py")

Map = NDArray[np.uint32]


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--deeplab2", type=Path, help="a checkout of deeplab2; without it only our code is timed")
    parser.add_argument("--frames", type=int, default=50, help="length of the video (default: %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="turns of each evaluator (default: %(default)s)")
    parser.add_argument("--run", choices=["ours", "deeplab2"], help=argparse.SUPPRESS)
    parser.add_argument("--case", type=Path, nargs=2, help=argparse.SUPPRESS)
    return parser.parse_args()


def write_cases(folder: Path, frames: int) -> None:
    """Render a crowded street; write ``truth/FFFFFF.png`` and, for each case, the prediction."""
    scene = build_scene(StreetSettings(frames=frames, width=WIDTH, height=HEIGHT, objects=25, seed=3), 0)
    rng = np.random.default_rng(0)
    for number, frame in enumerate(tqdm(render(scene), total=frames, desc="rendering", unit="frame")):
        pixels = panoptic_map(frame).astype(np.uint32)
        truth = panoptic_ids(pixels[..., 2], pixels[..., 1] << 8 | pixels[..., 0])
        write_step_png(folder / "truth" / f"{number:06d}.png", truth)
        for case, noise in NOISE.items():
            write_step_png(folder / case / f"{number:06d}.png", predict(truth, noise, rng))


def predict(truth: Map, noise: float, rng: np.random.Generator) -> Map:
    """Make a prediction with bent outlines, ids that switch and, in part of the pixels, random classes."""
    rows, columns = np.mgrid[:HEIGHT, :WIDTH].astype(np.float32)
    bend = rng.normal(0, 4, (2, 12, 36)).astype(np.float32)
    dx, dy = (cv2.resize(part, (WIDTH, HEIGHT), interpolation=cv2.INTER_CUBIC) for part in bend)
    bent = cv2.remap(truth.astype(np.float32), columns + dx, rows + dy, cv2.INTER_NEAREST, borderMode=1)
    prediction = bent.astype(np.uint32)  # 24 bits fit a float
    switch = (prediction & 0xFFFF > 0) & (rng.random(64)[prediction % 64] < 0.1)
    prediction[switch] += 100
    random = rng.random(truth.shape) < noise
    prediction[random] = rng.integers(0, len(CLASSES.names), int(random.sum())) << INSTANCE_BITS
    return prediction


def read_case(truth: Path, prediction: Path, spent: dict[str, float]) -> Iterator[tuple[Map, Map]]:
    """Read the maps of each frame, noting the time."""
    for path in sorted(truth.iterdir()):
        start = time.process_time()
        maps = read_step_png(path), read_step_png(prediction / path.name)
        spent["reading two PNGs"] += time.process_time() - start
        yield maps


def time_ours(truth: Path, prediction: Path) -> dict[str, Any]:
    """Seconds that each part of our code spends on a case, and STQ."""
    counters = {name: family.start(CLASSES, PUBLISHED) for name, family in PANOPTIC_FAMILIES.items()}
    spent: dict[str, float] = defaultdict(float)
    for maps in read_case(truth, prediction, spent):
        start = time.process_time()
        overlaps = count_overlaps(*maps)
        spent["comparing the maps"] += time.process_time() - start
        for name, counter in counters.items():
            start = time.process_time()
            counter.update(overlaps)
            spent[name] += time.process_time() - start
    for name, counter in counters.items():
        start = time.process_time()
        counter.result()
        spent[name] += time.process_time() - start
    return {"seconds": spent, "stq": counters["stq"].result().stq()}


def time_deeplab2(checkout: Path, truth: Path, prediction: Path) -> dict[str, Any]:
    """Seconds that deeplab2's numpy STQ spends on a case, and STQ."""
    specification = importlib.util.spec_from_file_location("deeplab2_stq", checkout / STQ_FILE)
    assert specification is not None
    assert specification.loader is not None
    module = importlib.util.module_from_spec(specification)
    specification.loader.exec_module(module)
    metric = module.STQuality(
        len(CLASSES.names), sorted(CLASSES.things), CLASSES.void, INSTANCE_BITS, 1 << 8 + INSTANCE_BITS
    )
    spent: dict[str, float] = defaultdict(float)
    for maps in read_case(truth, prediction, spent):
        wide = [ids.astype(np.int64) for ids in maps]
        start = time.process_time()
        metric.update_state(*wide)
        spent["stq"] += time.process_time() - start
    start = time.process_time()
    stq = float(metric.result()["STQ"])
    spent["stq"] += time.process_time() - start
    return {"seconds": spent, "stq": stq}


def take_turns(folder: Path, arguments: argparse.Namespace) -> list[list[str]]:
    """Time every evaluator on every case, several times; return the rows of a table."""
    evaluators = ["ours"] if arguments.deeplab2 is None else ["deeplab2", "ours"]
    turns = [(case, name) for _ in range(arguments.rounds) for case in NOISE for name in evaluators]
    reports: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for case, name in tqdm(turns, desc="timing", unit="run"):
        command = [sys.executable, __file__, "--run", name, "--case", str(folder / "truth"), str(folder / case)]
        if arguments.deeplab2 is not None:
            command += ["--deeplab2", str(arguments.deeplab2)]
        reports[case, name].append(json.loads(subprocess.run(command, capture_output=True, check=True).stdout))
    rows = []
    for case in NOISE:
        parts = {name: median_milliseconds(reports[case, name], arguments.frames) for name in evaluators}
        ours = parts["ours"]
        stq = ours["comparing the maps"] + ours["stq"]
        all_metrics = ours["comparing the maps"] + sum(ours[name] for name in PANOPTIC_FAMILIES)
        if "deeplab2" in parts:
            theirs = parts["deeplab2"]["stq"]
            rows.append([case, "deeplab2: STQ", f"{theirs:.2f}", "1.0", f"{reports[case, 'deeplab2'][0]['stq']:.9f}"])
        baseline = parts["deeplab2"]["stq"] if "deeplab2" in parts else stq
        rows.append(
            [case, "ours: STQ", f"{stq:.2f}", f"{baseline / stq:.1f}", f"{reports[case, 'ours'][0]['stq']:.9f}"]
        )
        names = ", ".join(name.upper() for name in PANOPTIC_FAMILIES)
        rows.append([case, f"ours: {names}", f"{all_metrics:.2f}", f"{baseline / all_metrics:.1f}", ""])
        rows += [[case, f"  ours, {name}", f"{value:.2f}", "", ""] for name, value in ours.items()]
    return rows


def median_milliseconds(reports: list[dict[str, Any]], frames: int) -> dict[str, float]:
    """Medians over the rounds, a frame, of each part."""
    return {
        part: 1000 * statistics.median(report["seconds"][part] for report in reports) / frames
        for part in reports[0]["seconds"]
    }


@report_errors_in_one_line
def main() -> None:
    arguments = parse_arguments()
    cv2.setNumThreads(1)
    if arguments.run is not None:
        found = (
            time_ours(*arguments.case)
            if arguments.run == "ours"
            else time_deeplab2(arguments.deeplab2, *arguments.case)
        )
        print(json.dumps(found))
        return
    if arguments.deeplab2 is not None and not (arguments.deeplab2 / STQ_FILE).is_file():
        raise FormatError(arguments.deeplab2 / STQ_FILE, "not found", "name the root of a deeplab2 checkout")
    with tempfile.TemporaryDirectory() as folder:
        write_cases(Path(folder), arguments.frames)
        rows = take_turns(Path(folder), arguments)
    print(f"{HEIGHT} x {WIDTH}, {len(CLASSES.names)} classes, {arguments.frames} frames, {arguments.rounds} rounds")
    print(format_table(["prediction", "evaluator", "ms a frame", "times as fast", "STQ"], rows))


if __name__ == "__main__":
    sys.exit(main())
