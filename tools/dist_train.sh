#!/usr/bin/env bash
# dist_train.sh CONFIG PROCESSES [arguments of tools/train.py]   one process a GPU (or CPU, over gloo) on this machine.
# Runs under the `python` of the active environment, or the one that PYTHON names.
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR and MASTER_PORT as torchrun has them.
set -euo pipefail
tools=$(dirname "$0") config=$1 processes=$2
exec "${PYTHON:-python}" "$tools/launch.py" "$processes" "$tools/train.py" "$config" --launcher pytorch "${@:3}"
