#!/usr/bin/env bash
# dist_test.sh CONFIG CHECKPOINT PROCESSES [arguments of tools/test.py]   whole videos are split over the processes.
# Runs under the `python` of the active environment, or the one that PYTHON names.
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR and MASTER_PORT as torchrun has them; --out must be a folder
# that they share.
set -euo pipefail
config=$1 checkpoint=$2 processes=$3
nodes=(--standalone)  # on one machine: any free port
if [ "${NNODES:-1}" -gt 1 ]; then
    nodes=(--nnodes="$NNODES" --node_rank="$NODE_RANK" --master_addr="$MASTER_ADDR" --master_port="${MASTER_PORT:-29500}")
fi
"${PYTHON:-python}" -m torch.distributed.run "${nodes[@]}" --nproc_per_node="$processes" \
    "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher pytorch "${@:4}"
