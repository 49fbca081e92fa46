#!/usr/bin/env bash
# dist_test.sh CONFIG CHECKPOINT PROCESSES [arguments of tools/test.py]   whole videos are split over the processes.
# Several machines: set NNODES, NODE_RANK and MASTER_ADDR as torchrun has them; --out must be a folder they share.
set -euo pipefail
config=$1 checkpoint=$2 processes=$3
torchrun --nnodes="${NNODES:-1}" --node_rank="${NODE_RANK:-0}" --master_addr="${MASTER_ADDR:-127.0.0.1}" \
    --master_port="${MASTER_PORT:-29500}" --nproc_per_node="$processes" \
    "$(dirname "$0")/test.py" "$config" "$checkpoint" --launcher pytorch "${@:4}"
