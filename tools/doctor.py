#!/usr/bin/env python
"""Find what is broken in this environment, and say how to mend it: ``tools/doctor.py [CHECKPOINT …]``.

Prints the version of everything that matters. Exit code 0: training can run here, and the checkpoints load.
"""

from __future__ import annotations

import argparse
import platform
import sys
from collections.abc import Sequence

from mots_plugin.diagnosis.attempts import try_checkpoint, try_parts
from mots_plugin.diagnosis.breakages import OPTIONAL, explain_checkpoint, find_breakages, find_gpus
from mots_plugin.formats.one_line_errors import report_errors_in_one_line


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoints", metavar="CHECKPOINT", nargs="*", help="check that these load, too")
    return parser.parse_args(argv)


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> int:
    arguments = parse_arguments(argv)
    print(f"{'python':14}{platform.python_version()} ({sys.executable}) on {platform.platform()}", flush=True)
    attempts, gpus = try_parts(), find_gpus()
    for name, attempt in attempts.items():
        remarks = [f"without {OPTIONAL[name]}"] if name in OPTIONAL and "version" not in attempt.found else []
        others = [other for other in attempt.found.get("distributions", ()) if other != name]
        remarks += [f"installed as {' and '.join(others)}"] if others else []
        remarks += [f"{key} {attempt.found[key]}" for key in ("cuda", "gpu") if attempt.found.get(key)]
        print(f"{name:14}{attempt.found.get('version', '-')}  {', '.join(remarks)}".rstrip())
    print(f"{'GPUs':14}{len(gpus)}")
    broken = find_breakages(attempts, gpus)
    for path in arguments.checkpoints:
        attempt = try_checkpoint(path)
        breakage = explain_checkpoint(path, attempt)
        if breakage is None:
            print(f"{path}: {attempt.found['weights']} weights")
        else:
            broken.append(breakage)
    for breakage in broken:
        print(f"\n{'error' if breakage.stops_training else 'warning'}: {breakage.part} {breakage.problem}")
        print(f"  {breakage.cure}")
    if any(breakage.stops_training for breakage in broken):
        return 1
    gpu = attempts["torch"].found.get("gpu")
    print(f"\ntraining can run here, on {gpu or 'the CPU'}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
