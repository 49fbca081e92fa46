#!/usr/bin/env python
"""Accuracy against time, and time against the number of targets (figure 4 of the JDE paper).

    tools/analysis/accuracy_and_time.py --out DIR --data ROOT JDE=CONFIG,CHECKPOINT,METRICS "FRCNN + IDE=…,…,…"

METRICS is the metrics.json that tools/test.py wrote for that config and checkpoint; the time is measured on the first
test image below ROOT, as if it held the median number of objects a frame of the test set, and then 10, 50, 100 and 200.
Writes figure4.png and metrics.json: of each system MOTA, IDF1 and milliseconds a frame. The accuracies of the first
system named are repeated at the top of that file. One thread on CPUs.
"""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import Any

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line

TARGETS = (10, 50, 100, 200)


def parse_arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("systems", nargs="+", type=_system, metavar="NAME=CONFIG,CHECKPOINT,METRICS")
    parser.add_argument("--out", type=Path, required=True, help="folder for the picture and the numbers")
    parser.add_argument("--data", required=True, help="root of the data set")
    parser.add_argument("--rounds", type=int, default=10, help="timed frames each (default: 10)")
    return parser.parse_args()


def _system(text: str) -> tuple[str, list[str]]:
    name, _, files = text.partition("=")
    if len(files.split(",")) != 3:
        raise argparse.ArgumentTypeError(f"'{text}' is not NAME=CONFIG,CHECKPOINT,METRICS")
    return name, files.split(",")


def measure(config_file: str, checkpoint: str, metrics_file: str, root: str, rounds: int) -> dict[str, Any]:
    """Return accuracies of a system, and milliseconds a frame by part and number of targets."""
    import numpy as np
    import torch
    from mmdet.registry import DATASETS, MODELS
    from mmengine.dataset import pseudo_collate
    from mmengine.registry import init_default_scope
    from mmengine.runner import load_checkpoint

    from mots_plugin.apis.config_files import read_config
    from mots_plugin.apis.tracking_time import frame_times

    config = read_config(config_file, {"test_dataloader.dataset.data_root": f"{root}/"})
    init_default_scope(config.default_scope)
    dataset = DATASETS.build(config.test_dataloader.dataset)
    counts = np.concatenate([dataset.get_data_info(video)["object_counts"] for video in range(len(dataset))])
    usual = int(np.median(counts))
    model = MODELS.build(config.model)
    load_checkpoint(model, checkpoint, map_location="cpu")
    model = model.to("cuda" if torch.cuda.is_available() else "cpu")
    targets = (usual, *TARGETS)
    times = frame_times(model, pseudo_collate([dataset[(0, 0)]]), targets, rounds)
    scores = json.loads(Path(metrics_file).read_text(encoding="utf-8"))["all"]
    parts = {
        str(count): {
            "network": 1000 * frame.network,
            "embedding": 1000 * frame.embedding,
            "association": 1000 * frame.association,
            "whole": 1000 * frame.whole,
        }
        for count, frame in zip(targets, times, strict=True)
    }
    return {"MOTA": scores["MOTA"], "IDF1": scores["IDF1"], "usual_targets": usual, "milliseconds": parts}


def draw(found: dict[str, dict[str, Any]], path: Path) -> None:
    """Draw the two panels."""
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    figure, (accuracy, growth) = pyplot.subplots(1, 2, figsize=(11, 4.2))
    for name, system in found.items():
        usual = system["milliseconds"][str(system["usual_targets"])]["whole"]
        (point,) = accuracy.plot([usual], [100 * system["MOTA"]], "o", markersize=9, label=name)
        accuracy.annotate(name, (usual, 100 * system["MOTA"]), textcoords="offset points", xytext=(6, 6))
        wholes = [system["milliseconds"][str(count)]["whole"] for count in TARGETS]
        growth.plot(TARGETS, wholes, "o-", color=point.get_color(), label=name)
    accuracy.set(xlabel="milliseconds a frame", ylabel="MOTA, percent", title="accuracy and time", xlim=(0, None))
    growth.set(xlabel="targets a frame", ylabel="milliseconds a frame", title="growth of time", ylim=(0, None))
    accuracy.margins(0.15)
    growth.legend()
    figure.tight_layout()
    with atomic_write(path, "wb") as file:
        figure.savefig(file, format="png", dpi=110)


@report_errors_in_one_line
def main() -> None:
    arguments = parse_arguments()
    import torch

    torch.set_num_threads(1)
    for _, files in arguments.systems:
        for file in files:
            if not Path(file).is_file():
                raise FormatError(file, "not found", "train and test that config first")
    found = {}
    for name, files in arguments.systems:
        config, checkpoint, metrics = files
        found[name] = measure(config, checkpoint, metrics, arguments.data, arguments.rounds)
        usual = found[name]["milliseconds"][str(found[name]["usual_targets"])]
        parts = "  ".join(f"{part} {value:.1f}" for part, value in usual.items())
        print(f"{name}: MOTA {100 * found[name]['MOTA']:.1f}  IDF1 {100 * found[name]['IDF1']:.1f}  ms: {parts}")
    draw(found, arguments.out / "figure4.png")
    first = next(iter(found.values()))
    with atomic_write(arguments.out / "metrics.json") as file:
        json.dump({"all": {"MOTA": first["MOTA"], "IDF1": first["IDF1"]}, "systems": found}, file, indent=1)
    print(f"picture: {arguments.out / 'figure4.png'}")


if __name__ == "__main__":
    sys.exit(main())
