#!/usr/bin/env bash
# dist_train.sh CONFIG PROCESSES [arguments of tools/train.py]   one process a GPU (or CPU, over gloo) on this machine.
# Runs under the `python` of the active environment, or the one that PYTHON names.
# Several machines: set NNODES, NODE_RANK, MASTER_ADDR and MASTER_PORT as torchrun has them.
set -euo pipefail
config=$1 processes=$2
nodes=(--standalone)  # on one machine: any free port
if [ "${NNODES:-1}" -gt 1 ]; then
    nodes=(--nnodes="$NNODES" --node_rank="$NODE_RANK" --master_addr="$MASTER_ADDR" --master_port="${MASTER_PORT:-29500}")
fi
"${PYTHON:-python}" -m torch.distributed.run "${nodes[@]}" --nproc_per_node="$processes" \
    "$(dirname "$0")/train.py" "$config" --launcher pytorch "${@:3}"
