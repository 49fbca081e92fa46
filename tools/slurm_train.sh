#!/usr/bin/env bash
# slurm_train.sh PARTITION JOB CONFIG [arguments of tools/train.py]   one task a GPU (or CPU, over gloo), by srun.
# GPUS (default 8) processes, GPUS_PER_NODE (default 8, at most GPUS) on each machine, CPUS_PER_TASK (default 5) each;
# SRUN_ARGS: further arguments of srun, such as "--gres=gpu:8 --time=24:00:00". --work-dir must lie on a shared disk.
set -euo pipefail
tools=$(dirname "$0") partition=$1 job=$2 config=$3
. "$tools/slurm_tasks.sh"
# shellcheck disable=SC2086  # SRUN_ARGS are several words
exec srun --partition="$partition" --job-name="$job" "${tasks[@]}" ${SRUN_ARGS:-} \
    bash "$tools/slurm_rank.sh" "${PYTHON:-python}" -u "$tools/train.py" "$config" --launcher pytorch "${@:4}"
