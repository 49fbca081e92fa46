#!/usr/bin/env bash
# slurm_test.sh PARTITION JOB CONFIG CHECKPOINT [arguments of tools/test.py]   whole videos are split over the tasks.
# GPUS, GPUS_PER_NODE, CPUS_PER_TASK and SRUN_ARGS as of slurm_train.sh; --out must lie on a shared disk.
set -euo pipefail
tools=$(dirname "$0") partition=$1 job=$2 config=$3 checkpoint=$4
. "$tools/slurm_tasks.sh"
# shellcheck disable=SC2086  # SRUN_ARGS are several words
exec srun --partition="$partition" --job-name="$job" "${tasks[@]}" ${SRUN_ARGS:-} \
    bash "$tools/slurm_rank.sh" "${PYTHON:-python}" -u "$tools/test.py" "$config" "$checkpoint" \
    --launcher pytorch "${@:5}"
