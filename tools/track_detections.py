#!/usr/bin/env python
"""Track detections from files, without a network: ``tools/track_detections.py CONFIG --detections DIR --out DIR``.

DIR holds one text file a video in TrackR-CNN's format, as ``tools/test.py --save-detections DIR`` writes it. The config
says which tracker, which videos (``test_dataloader``) and where optical flow comes from; the tracks are those that
tools/test.py gives with the same detections.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

from mots_plugin.apis.detection_tracking import DetectedDataset, TrackingJob, find_flow_provider
from mots_plugin.apis.torch_free_parts import build_torch_free
from mots_plugin.evaluation.functional.families import SequenceCounts, check_metric_names, choose_families, summarise
from mots_plugin.evaluation.tables import format_summary
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    from mots_plugin.apis.overrides import add_override_argument

    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("config", help="config file, of which the tracker and the test data are used")
    parser.add_argument("--detections", type=Path, required=True, help="folder with one text file a video")
    parser.add_argument("--out", type=Path, required=True, help="folder for tracks (txt) and metrics.json")
    parser.add_argument("--annotations", help="COCO-video json of the videos; default that of test_dataloader")
    parser.add_argument("--eval", nargs="+", default=["smotsa"], metavar="METRIC", help="metrics to compute")
    parser.add_argument("--workers", type=int, default=1, help="processes, each tracking whole videos (default 1)")
    add_override_argument(parser, "model.tracker.overlap=bottom")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    check_metric_names(arguments.eval)
    from mots_plugin.apis.config_files import read_config

    config = read_config(arguments.config, arguments.cfg_options, import_custom_modules=False)
    dataset = config.test_dataloader.dataset.to_dict()
    if arguments.annotations is not None:
        dataset["ann_file"] = str(Path(arguments.annotations).absolute())
    tracker = config.model.tracker.to_dict()
    try:
        build_torch_free(tracker)
    except ValueError as error:
        raise FormatError(arguments.config, str(error), "correct the tracker of the config, or its override") from error
    families = choose_families(arguments.eval)
    job = TrackingJob(
        DetectedDataset.from_config(dataset, arguments.detections, find_flow_provider(dataset["pipeline"], tracker)),
        tracker,
        arguments.out / "tracks",
        families,
    )
    (arguments.out / "metrics.json").unlink(
        missing_ok=True
    )  # scores of an earlier run must not stand beside new tracks
    summary = summarise(run(job, arguments.workers), families)
    with atomic_write(arguments.out / "metrics.json") as file:
        json.dump(summary, file, indent=2)
        file.write("\n")
    for family in families.values():
        print(f"\n{format_summary(summary, family.columns)}")
    print(f"\ntracks: {arguments.out / 'tracks'}\nmetrics: {arguments.out / 'metrics.json'}")


def run(job: TrackingJob, workers: int) -> dict[str, SequenceCounts]:
    """Track all videos, a progress bar showing how many are done; return their counts by name."""
    from tqdm import tqdm

    names = job.dataset.video_names
    progress = {"total": len(names), "desc": "tracking", "unit": "video"}
    if workers <= 1:
        return dict(zip(names, tqdm(map(job.run, names), **progress), strict=True))
    with ProcessPoolExecutor(min(workers, len(names)), get_context("spawn")) as pool:
        return dict(zip(names, tqdm(pool.map(job.run, names), **progress), strict=True))


if __name__ == "__main__":
    sys.exit(main())
