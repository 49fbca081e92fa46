#!/usr/bin/env bash
# dist_test.sh CONFIG CHECKPOINT PROCESSES [arguments of tools/test.py]   whole videos are split over the processes.
# Runs under the `python` of the active environment, or the one that PYTHON names.
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR and MASTER_PORT as torchrun has them; --out must be a folder
# that they share.
set -euo pipefail
tools=$(dirname "$0") config=$1 checkpoint=$2 processes=$3
exec "${PYTHON:-python}" "$tools/launch.py" "$processes" "$tools/test.py" "$config" "$checkpoint" \
    --launcher pytorch "${@:4}"
