#!/usr/bin/env python
"""Score tracks on disk, those of any tracker, without a model or a GPU.

    python tools/eval_tracks.py --gt DIR --pred DIR --format kitti_mots --eval smotsa hota idf1 --json scores.json

Both sides may be folders or zip files. Masks (kitti_mots, mots_challenge) are text or id PNGs: SSSS.txt,
instances_txt/SSSS.txt, SSSS/gt/gt.txt, instances/SSSS/FFFFFF.png; or one COCO-video json, whose categories are then the
classes, also classes of your own. Without such a json, --classes cow=3 sheep=4 names and numbers them. Boxes
(kitti_box, mot) are text: SSSS.txt, data/SSSS.txt, label_02/SSSS.txt, SSSS/gt/gt.txt. Panoptic maps (step) are PNGs:
panoptic_maps/val/SSSS/FFFFFF.png, SSSS/FFFFFF.png. Without a seqmap, all sequences of the ground truth are scored.
Frames run from 0 (KITTI) or 1 (MOTChallenge) to what seqinfo.ini says, or to the last object; a json lists them. Format
mot takes files without classes for MOT15, sequences named MOT20-… for MOT20, and all others for MOT16 or MOT17. Results
of boxes may hold a seconds.json, {"sequence": seconds that the tracker took}; then frames per second (FPS) are shown as
well.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from mots_plugin.evaluation.benchmarks import BENCHMARKS, choose_benchmark, known_metrics
from mots_plugin.evaluation.file_scoring import Benchmark, FileScores, find_jobs, score_files
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.evaluation.tables import format_tables
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.seqmap import SequenceRange, read_seqmap
from mots_plugin.formats.sequence_images import find_sequence_images
from mots_plugin.formats.splits import SPLITS
from mots_plugin.formats.step_classes import CLASS_LISTS


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gt", type=Path, required=True, help="ground truth, a folder, zip file or json")
    parser.add_argument("--pred", type=Path, required=True, help="results, a folder, zip file or json")
    parser.add_argument("--format", choices=list(BENCHMARKS), required=True, help="rules of the data set")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--seqmap", type=Path, help="which sequences and frames, as mots_tools or trackeval write it")
    which.add_argument("--split", choices=list(SPLITS), help="an official split")
    names = ", ".join(known_metrics())
    parser.add_argument(
        "--eval",
        nargs="+",
        default=[],
        metavar="METRIC",
        help=f"{names} (default: smotsa for masks, clear for boxes, stq for maps)",
    )
    parser.add_argument("--per-sequence", action="store_true", help="show a row for each sequence")
    parser.add_argument("--json", type=Path, help="write all numbers, unrounded, to this file")
    parser.add_argument(
        "--report", type=Path, metavar="DIR", help="write scores, timelines, worst frames as a web page"
    )
    parser.add_argument(
        "--images", type=Path, help="for the report: root of the data set, or a folder with one folder a sequence"
    )
    parser.add_argument("--workers", type=int, default=1, help="processes (default: %(default)s)")
    add_options(parser.add_argument_group("options of some formats", argument_default=argparse.SUPPRESS))
    return parser.parse_args(argv)


def add_options(group: argparse._ArgumentGroup) -> None:
    """Add the options that are fields of benchmarks, under the names of these fields."""
    group.add_argument(
        "--classes",
        nargs="+",
        metavar="CLASS",
        help="classes to score; masks of classes of your own with their numbers, as in cow=3 (default: all of the data "
        "set)",
    )
    group.add_argument(
        "--distractors",
        nargs="*",
        metavar="CLASS",
        help="classes of boxes that excuse the results that match them (default: those of the data set)",
    )
    group.add_argument(
        "--ignore-classes",
        nargs="*",
        metavar="CLASS",
        help="classes of boxes that excuse unmatched results lying in one of them by more than half (default: those of "
        "the data set)",
    )
    group.add_argument(
        "--id-switches",
        choices=["last_match", "predecessor"],
        help="count a change against the last match, however long ago (mots_tools, trackeval; the default), or only "
        "against the track's previous mask (the MOTS paper, eq. 1)",
    )
    group.add_argument(
        "--fix-overlaps",
        action="store_true",
        help="give pixels of overlapping results to the mask that comes first in the file, rather than stop",
    )
    group.add_argument(
        "--class-list",
        metavar="NAME|FILE",
        help=f"classes of maps: {', '.join(CLASS_LISTS)}, or a json file with the keys classes (names in order "
        "of their ids), things (names) and void (id) (default: kitti_step)",
    )
    group.add_argument(
        "--pq-rules",
        choices=["panopticapi", "deeplab2"],
        help="whose rules for void and crowds PQ and VPQ follow (default: panopticapi)",
    )
    group.add_argument(
        "--void-predictions",
        choices=["class", "miss"],
        help="let predictions of void on annotated pixels lower SQ as one more class (deeplab2; the default), or count "
        "them as misses only",
    )
    group.add_argument("--windows", type=int, nargs="+", metavar="N", help="windows of VPQ, frames (default: 1 2 3 4)")
    group.add_argument("--min-pixels", type=int, metavar="N", help="least size of objects for PAT, PTQ (default: 15)")
    group.add_argument(
        "--identity",
        choices=["class_and_instance", "instance"],
        help="what makes a predicted track for PAT (default: class and instance; instance where ids are numbered over "
        "all classes)",
    )
    group.add_argument(
        "--absent-classes",
        choices=["zero", "skip"],
        help="what classes that do not occur add to the PQ of PAT (default: skip; nuScenes has zero)",
    )


GENERAL = ("gt", "pred", "format", "seqmap", "split", "eval", "per_sequence", "json", "report", "images", "workers")
"""Arguments that every format takes."""


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    if arguments.images is not None and arguments.report is None:
        raise FormatError("--images", "means nothing without --report", "leave it out, or name a folder for the report")
    options = {name: value for name, value in vars(arguments).items() if name not in GENERAL}
    benchmark = choose_benchmark(arguments.format, options, arguments.gt)
    metrics = arguments.eval or list(benchmark.metrics)[:1]
    sequences = None
    if arguments.seqmap is not None:
        sequences = read_seqmap(arguments.seqmap)
    elif arguments.split is not None:
        sequences = list(SPLITS[arguments.split])
    try:
        scores = score_files(arguments.gt, arguments.pred, benchmark, metrics, sequences, arguments.workers)
    except FaultySequenceError as error:
        for fault in error.faults:
            print(f"error: {fault}", file=sys.stderr)
        return 1
    for name, remark in scores.remarks.items():
        print(f"{name}: {remark}")
    columns = [benchmark.metrics[metric] for metric in metrics]
    print(f"{format_tables(scores.summary, columns, arguments.per_sequence)}\n")
    if arguments.json is not None:
        with atomic_write(arguments.json) as file:
            json.dump({**scores.summary, "inproc_s": scores.seconds}, file, indent=2)
            file.write("\n")
        print(f"all numbers: {arguments.json}")
    if arguments.report is not None:
        print(f"report: {report(arguments, benchmark, metrics, sequences, scores)}")
    return 0


def report(
    arguments: argparse.Namespace,
    benchmark: Benchmark,
    metrics: Sequence[str],
    sequences: Sequence[SequenceRange] | None,
    scores: FileScores,
) -> Path:
    """Write the report and return its file."""
    from mots_plugin.apis.result_report import write_report  # OpenCV and others, a second to import
    from mots_plugin.apis.scored_results import result_of_files

    jobs = find_jobs(arguments.gt, arguments.pred, benchmark, tuple(metrics), sequences)
    images = {}
    if arguments.images is not None:
        images = {job.truth.name: find_sequence_images(arguments.images, job.truth.name) for job in jobs}
    result = result_of_files(jobs, scores.summary, lambda name: images.get(name, {}))
    facts = {
        "results": str(arguments.pred),
        "ground truth": str(arguments.gt),
        "rules": arguments.format,
        "date": datetime.now().astimezone().strftime("%Y-%m-%d %H:%M %Z"),
    }
    title = f"Scores of {'/'.join(arguments.pred.resolve().parts[-2:])}"
    return write_report(arguments.report, title, facts, [result])


if __name__ == "__main__":
    sys.exit(main())
