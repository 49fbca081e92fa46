#!/usr/bin/env python
"""torchrun for this folder's tools: ``tools/launch.py PROCESSES SCRIPT [arguments]``; see dist_train.sh, dist_test.sh.

On one machine any free port is taken. For several machines set NNODES, NODE_RANK, MASTER_ADDR and MASTER_PORT.
A process that fails says itself what is wrong; torchrun's own traceback on top of it is left out.
"""

from __future__ import annotations

import os
import sys

from torch.distributed.elastic.multiprocessing.api import SignalException
from torch.distributed.elastic.multiprocessing.errors import ChildFailedError
from torch.distributed.run import main as torchrun


def machine_arguments() -> list[str]:
    """Return torchrun's arguments about machines."""
    if int(os.environ.get("NNODES", 1)) == 1:
        return ["--standalone"]
    names = {"NNODES": "nnodes", "NODE_RANK": "node_rank", "MASTER_ADDR": "master_addr", "MASTER_PORT": "master_port"}
    return [f"--{option}={os.environ[name]}" for name, option in names.items() if name in os.environ]


def main() -> int:
    processes, script, *arguments = sys.argv[1:]
    try:
        torchrun([*machine_arguments(), f"--nproc_per_node={processes}", script, *arguments])
    except ChildFailedError as error:
        rank, failure = error.get_first_failure()
        print(f"process {rank} of {processes} failed with exit code {failure.exitcode}", file=sys.stderr)
        return failure.exitcode if failure.exitcode > 0 else 128 - failure.exitcode
    except SignalException as signal:
        return 128 + signal.sigval
    return 0


if __name__ == "__main__":
    sys.exit(main())
