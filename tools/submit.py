#!/usr/bin/env python
"""Check results and pack them for a benchmark's server: ``tools/submit.py kitti_mots RESULTS --out kitti_mots.zip``.

RESULTS is a folder or zip file of MOTS text or id PNGs (kitti_mots, mots_challenge) or of panoptic maps (kitti_step,
motchallenge_step), whatever the sequences are called, if they end with their numbers. Every fault is listed: sequences,
frames and maps that are missing or too many, masks that overlap or do not decode, ids and classes out of range. There
is no zip while there is a fault. Without --out, results are checked only; a zip made elsewhere is checked the same way.
"""

from __future__ import annotations

import argparse
import sys
import zipfile
from collections.abc import Sequence
from pathlib import Path

from tqdm import tqdm

from mots_plugin.evaluation.submission import SERVERS, pack_submission
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


class _FaultyError(Exception):
    """Ends the writing of a zip that must not be handed in."""


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("server", choices=list(SERVERS), help="benchmark")
    parser.add_argument("results", type=Path, help="folder or zip file")
    parser.add_argument("--out", type=Path, metavar="ZIP", help="the file to upload")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    if arguments.out is None:
        if check(arguments, None):
            return 1
        print(f"nothing wrong with {arguments.results}")
        return 0
    try:
        with atomic_write(arguments.out, "wb") as file, zipfile.ZipFile(file, "w") as archive:
            if check(arguments, archive):
                raise _FaultyError
    except _FaultyError:
        return 1
    print(f"to be uploaded: {arguments.out} ({arguments.out.stat().st_size / 1e6:.1f} MB)")
    return 0


def check(arguments: argparse.Namespace, archive: zipfile.ZipFile | None) -> int:
    """Print all faults; return their number."""
    server, count = SERVERS[arguments.server], 0
    packed = pack_submission(server, arguments.results, archive)
    for _, faults in tqdm(packed, total=len(server.split), desc="checking", unit="sequence"):
        count += len(faults)
        for fault in faults:
            tqdm.write(str(fault), file=sys.stdout)
    if count:
        print(f"{count} fault{'s' * (count > 1)}, so there is nothing to be uploaded")
    return count


if __name__ == "__main__":
    sys.exit(main())
