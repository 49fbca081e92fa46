#!/usr/bin/env bash
# slurm_rank.sh COMMAND…   run by srun in every task: says in torchrun's variables which process of how many this is.
# The first machine of the job is the meeting place; its port follows from the job's number, unless MASTER_PORT is set.
set -euo pipefail
export RANK=$SLURM_PROCID LOCAL_RANK=$SLURM_LOCALID WORLD_SIZE=$SLURM_NTASKS
machines=$(scontrol show hostnames "$SLURM_JOB_NODELIST")
export MASTER_ADDR=${MASTER_ADDR:-${machines%%$'\n'*}} MASTER_PORT=${MASTER_PORT:-$((20000 + SLURM_JOB_ID % 20000))}
exec "$@"
