# Sourced by slurm_train.sh and slurm_test.sh: sets tasks, srun's arguments about how many processes run where.
GPUS=${GPUS:-8}
GPUS_PER_NODE=${GPUS_PER_NODE:-8}
if ((GPUS_PER_NODE > GPUS)); then GPUS_PER_NODE=$GPUS; fi
tasks=(--ntasks="$GPUS" --ntasks-per-node="$GPUS_PER_NODE" --cpus-per-task="${CPUS_PER_TASK:-5}" --kill-on-bad-exit=1)
