"""tools/slurm_train.sh and tools/slurm_test.sh, under an srun that starts its tasks on this machine."""

import os
import subprocess
from pathlib import Path

import pytest
from command_lines import CONFIG, ENVIRONMENT, ROOT, options_for_testing, options_for_training

SRUN = """#!/usr/bin/env bash
# Starts every task here; says what it was asked for.
echo "srun $*" > "$SRUN_LOG"
for argument in "$@"; do case $argument in --ntasks=*) ntasks=${argument#*=} ;; esac; done
while [[ $1 == --* ]]; do shift; done
export SLURM_NTASKS=$ntasks SLURM_JOB_ID=4242 SLURM_JOB_NODELIST=node[1-2]
for ((task = 0; task < ntasks; task++)); do
    SLURM_PROCID=$task SLURM_LOCALID=$task "$@" & pids+=($!)
done
for pid in "${pids[@]}"; do wait "$pid" || failed=$?; done
exit "${failed:-0}"
"""
SCONTROL = """#!/usr/bin/env bash
[[ "$*" == "show hostnames node[1-2]" ]] && printf '127.0.0.1\\nelsewhere\\n'
"""
SPEAKER = """#!/usr/bin/env bash
echo "$RANK $LOCAL_RANK $WORLD_SIZE $MASTER_ADDR $MASTER_PORT $*"
"""


@pytest.fixture
def cluster(tmp_path: Path) -> dict[str, str]:
    """An environment with srun and scontrol, and a program that says what it was started with as ``speaker``."""
    for name, script in (("srun", SRUN), ("scontrol", SCONTROL), ("speaker", SPEAKER)):
        (tmp_path / name).write_text(script)
        (tmp_path / name).chmod(0o755)
    paths = f"{tmp_path}:{os.environ['PATH']}"
    return {**ENVIRONMENT, "PATH": paths, "SRUN_LOG": str(tmp_path / "srun.log"), "GPUS": "2"}


def slurm(environment: dict[str, str], script: str, *arguments: str) -> subprocess.CompletedProcess:
    command = ["bash", f"tools/{script}", *arguments]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=900)


@pytest.mark.parametrize("script", ["slurm_train.sh", "slurm_test.sh", "slurm_tasks.sh", "slurm_rank.sh"])
def test_the_shell_can_read_it(script):
    subprocess.run(["bash", "-n", f"tools/{script}"], cwd=ROOT, check=True)


def test_every_task_is_told_its_rank_and_the_first_machine(cluster):
    done = slurm({**cluster, "PYTHON": "speaker"}, "slurm_train.sh", "gpu", "mots", "a.py", "--resume")
    called = "2 127.0.0.1 24242 -u tools/train.py a.py --launcher pytorch --resume"
    assert sorted(done.stdout.splitlines()) == [f"0 0 {called}", f"1 1 {called}"]


def test_srun_is_asked_for_tasks_and_what_the_user_adds(cluster):
    environment = {**cluster, "PYTHON": "speaker", "GPUS_PER_NODE": "1", "SRUN_ARGS": "--gres=gpu:1 --time=1:00:00"}
    done = slurm(environment, "slurm_test.sh", "gpu", "mots", "a.py", "a.pth", "--eval", "smotsa")
    assert done.stdout.splitlines()[0].endswith("tools/test.py a.py a.pth --launcher pytorch --eval smotsa")
    asked = Path(cluster["SRUN_LOG"]).read_text()
    assert asked.startswith(
        "srun --partition=gpu --job-name=mots --ntasks=2 --ntasks-per-node=1 --cpus-per-task=5 --kill-on-bad-exit=1 "
        "--gres=gpu:1 --time=1:00:00 bash tools/slurm_rank.sh speaker -u tools/test.py"
    )


def test_a_task_that_fails_fails_the_job(cluster):
    assert slurm({**cluster, "PYTHON": "false"}, "slurm_train.sh", "gpu", "mots", "a.py").returncode == 1


@pytest.mark.slow
def test_two_tasks_train_and_test(cluster, street, tmp_path):
    work = ["--work-dir", str(tmp_path / "work")]
    options = ["--cfg-options", *options_for_training(street, 2)]
    done = slurm(cluster, "slurm_train.sh", "gpu", "mots", CONFIG, *work, *options)
    assert done.returncode == 0, done.stderr[-3000:]
    options = ["--out", str(tmp_path / "out"), "--cfg-options", *options_for_testing(street)]
    done = slurm(cluster, "slurm_test.sh", "gpu", "mots", CONFIG, str(tmp_path / "work/iter_2.pth"), *work, *options)
    assert done.returncode == 0, done.stderr[-3000:]
    assert {path.name for path in (tmp_path / "out/tracks").iterdir()} == {"0001.txt", "0002.txt"}
