#!/usr/bin/env bash
# dist_train.sh CONFIG PROCESSES [arguments of tools/train.py]   one process a GPU (or CPU, over gloo) on this machine.
# Several machines: set NNODES, NODE_RANK and MASTER_ADDR as torchrun has them.
set -euo pipefail
config=$1 processes=$2
torchrun --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${MASTER_PORT:-29500}" --nproc_per_node="$processes" \
    "$(dirname "$0")/train.py" "$config" --launcher pytorch "${@:3}"
