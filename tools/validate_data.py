"""List every fault of MOTS data at once: what, where, and how to mend it. Exit code 1 when there is any.

    python tools/validate_data.py annotations/train.json --image-root data
    python tools/validate_data.py KITTI_MOTS

Takes COCO-video json, the root of a data set in KITTI MOTS or MOTSChallenge layout, a folder of MOTS text files (such
as the results of a tracker) or of 16-bit id PNGs, or one text file. Looks for missing images, wrong sizes, overlapping
masks, ids that occur twice in a frame, empty or unreadable masks, unsorted frames and unknown classes.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from signal import SIG_IGN, SIGINT, signal

from tqdm import tqdm

from mots_plugin.formats.errors import Fault
from mots_plugin.formats.one_line_errors import report_errors_in_one_line
from mots_plugin.formats.validation import Check, plan_checks


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("data", metavar="JSON|DIR", type=Path, nargs="+", help="what to check")
    parser.add_argument("--image-root", type=Path, help="folder to which a json's file names are relative")
    parser.add_argument(
        "--images", action=argparse.BooleanOptionalAction, default=True, help="look at the image files (default: yes)"
    )
    parser.add_argument("--workers", type=int, default=os.cpu_count() or 1, help="processes (default: %(default)s)")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    checks = [check for path in arguments.data for check in plan_checks(path, arguments.image_root, arguments.images)]
    kinds: Counter[str] = Counter()
    for faults in tqdm(_run(checks, arguments.workers), total=len(checks), desc="checking", unit="sequence"):
        for fault in faults:
            kinds[fault.kind] += 1
            tqdm.write(str(fault), file=sys.stdout)
    if kinds:
        listed = ", ".join(f"{count} {kind}" for kind, count in kinds.most_common())
        print(f"{kinds.total()} fault{'s' * (kinds.total() > 1)}: {listed}")
        return 1
    print(f"no faults in {', '.join(map(str, arguments.data))}")
    return 0


def _run(checks: Sequence[Check], workers: int) -> Iterator[list[Fault]]:
    workers = min(workers, len(checks))
    if workers > 1:
        # Ctrl-C reaches all processes; only this one shall speak of it.
        with ProcessPoolExecutor(workers, initializer=signal, initargs=(SIGINT, SIG_IGN)) as pool:
            yield from pool.map(_call, checks)
    else:
        yield from map(_call, checks)


def _call(check: Check) -> list[Fault]:
    return check()


if __name__ == "__main__":
    sys.exit(main())
