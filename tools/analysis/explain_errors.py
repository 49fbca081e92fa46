#!/usr/bin/env python
"""Say what is wrong with a tracker's result: every error, where, and the likely reason.

    python tools/analysis/explain_errors.py --gt DIR --pred DIR --format kitti_mots --images DIR --out OUT

writes OUT/errors.csv (every id switch, fragmentation, miss and false positive, as many as tools/eval_tracks.py counts),
OUT/summary.txt (what costs most sMOTSA: which reasons, sequences, ids) and contact sheets of crops, ground truth and
result in two colours. With --compare OTHER, the errors that OTHER has and PRED has not, and the reverse, are written to
OUT/changes.csv, OUT/changes.txt, OUT/appeared.png and OUT/went_away.png instead: what did the change break?

Results and ground truth may be folders or zip files, with masks as text or as id PNGs.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from mots_plugin.evaluation.benchmarks import BENCHMARKS, choose_benchmark
from mots_plugin.evaluation.error_files import compare_results, explain_result, find_on_disk
from mots_plugin.evaluation.error_report import summarise_changes, summarise_errors, write_errors
from mots_plugin.evaluation.functional.error_reasons import SMALL_AREA
from mots_plugin.evaluation.functional.error_table import ErrorTable, join
from mots_plugin.evaluation.functional.sequence_faults import FaultySequenceError
from mots_plugin.evaluation.functional.track_errors import KINDS
from mots_plugin.evaluation.mask_scoring import MaskBenchmark
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.seqmap import read_seqmap
from mots_plugin.formats.sequence_images import find_sequence_images
from mots_plugin.formats.splits import SPLITS

FORMATS = [name for name, benchmark in BENCHMARKS.items() if isinstance(benchmark, MaskBenchmark)]


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gt", type=Path, required=True, help="ground truth, a folder, zip file or json")
    parser.add_argument("--pred", type=Path, required=True, help="results, a folder, zip file or json")
    parser.add_argument("--compare", type=Path, metavar="OTHER", help="other results, to set against PRED")
    parser.add_argument("--format", choices=FORMATS, required=True, help="rules of the data set")
    which = parser.add_mutually_exclusive_group()
    which.add_argument("--seqmap", type=Path, help="which sequences and frames, as mots_tools or trackeval write it")
    which.add_argument("--split", choices=list(SPLITS), help="an official split")
    parser.add_argument("--images", type=Path, help="root of the data set, or a folder with one folder a sequence")
    parser.add_argument("--out", type=Path, default=Path("work_dirs/errors"), help="folder (default: %(default)s)")
    parser.add_argument(
        "--crops", type=int, default=24, help="errors on a contact sheet, 0 for no sheets (default: 24)"
    )
    parser.add_argument(
        "--small-area", type=int, default=SMALL_AREA, help="pixels below which a mask is small (default: %(default)s)"
    )
    options = parser.add_argument_group("as of tools/eval_tracks.py", argument_default=argparse.SUPPRESS)
    options.add_argument("--classes", nargs="+", metavar="CLASS", help="classes to score, as in car or cow=3")
    options.add_argument("--fix-overlaps", action="store_true", help="give shared pixels to the mask that comes first")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    set_options = {name: vars(arguments)[name] for name in ("classes", "fix_overlaps") if name in arguments}
    benchmark = choose_benchmark(arguments.format, set_options, arguments.gt)
    assert isinstance(benchmark, MaskBenchmark)
    sequences = None
    if arguments.seqmap is not None:
        sequences = read_seqmap(arguments.seqmap)
    elif arguments.split is not None:
        sequences = list(SPLITS[arguments.split])
    results = [arguments.pred, arguments.compare] if arguments.compare else [arguments.pred]
    files = find_on_disk(arguments.gt, results, benchmark, sequences)
    images = {}
    if arguments.images is not None:
        names = [sequence.truth.name for sequence in files]
        images = {name: find_sequence_images(arguments.images, name) for name in names}
    work = tqdm(files, desc="explaining", unit="sequence")
    sheets: dict[str, ErrorTable] = {}
    try:
        if arguments.compare is None:
            found = explain_result(work, benchmark, arguments.small_area)
            write_errors(arguments.out / "errors.csv", found.table)
            report(arguments.out / "summary.txt", summarise_errors(found.table, found.counts))
            for kind in KINDS:
                sheets[f"{kind.replace(' ', '_')}.png"] = found.table.select(found.table.kind == kind)
        else:
            old, new = compare_results(work, benchmark, arguments.small_area)
            changes = ["went away"] * len(old.table) + ["appeared"] * len(new.table)
            write_errors(arguments.out / "changes.csv", join([old.table, new.table]), changes)
            text = summarise_changes(new.table, old.table, old.counts, new.counts)
            report(arguments.out / "changes.txt", text)
            sheets = {"appeared.png": new.table, "went_away.png": old.table}
    except FaultySequenceError as error:
        for fault in error.faults:
            print(f"error: {fault}", file=sys.stderr)
        return 1
    if arguments.crops:
        from mots_plugin.apis.error_sheets import ErrorSheets  # seconds to import

        names = ["result"] if arguments.compare is None else ["old result", "new result"]
        painter = ErrorSheets(files, benchmark, images, names)
        for name, table in tqdm(sheets.items(), desc="drawing", unit="sheet"):
            painter.write(arguments.out / name, table, arguments.crops, owner=int(name == "appeared.png"))
    print(f"all of it: {arguments.out}")
    return 0


def report(path: Path, text: str) -> None:
    """Write a summary to a file, and print it."""
    with atomic_write(path) as file:
        file.write(f"{text}\n")
    print(text, end="\n\n")


if __name__ == "__main__":
    sys.exit(main())
