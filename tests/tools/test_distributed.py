"""tools/dist_train.sh and tools/dist_test.sh: two processes that talk over gloo."""

from pathlib import Path

import pytest
from command_lines import ANY_CONFIDENCE, CONFIG, options_for_testing, options_for_training, python, succeed

from mots_plugin.apis.checkpoints import read_checkpoint


def files_below(folder: Path) -> dict[str, bytes]:
    return {str(path.relative_to(folder)): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def test_two_processes_write_the_same_bytes_as_one(street, work_dir, tmp_path):
    checkpoint, options = str(work_dir / "iter_4.pth"), [*options_for_testing(street), *ANY_CONFIDENCE]
    for out, launch in (
        ("one", python("tools/test.py", CONFIG, checkpoint)),
        ("two", ["bash", "tools/dist_test.sh", CONFIG, checkpoint, "2"]),
    ):
        work = ["--work-dir", str(tmp_path / "work"), "--out", str(tmp_path / out)]
        succeed([*launch, *work, "--cfg-options", *options])
    one, two = files_below(tmp_path / "one"), files_below(tmp_path / "two")
    assert sorted(one) == ["metrics.json", "tracks/0001.txt", "tracks/0002.txt"]
    assert one["tracks/0001.txt"].count(b"\n") > 20
    assert one == two


@pytest.mark.slow
def test_two_processes_train_together(street, tmp_path):
    options = options_for_training(street, iterations=2)
    launch = ["bash", "tools/dist_train.sh", CONFIG, "2", "--work-dir", str(tmp_path)]
    succeed([*launch, "--cfg-options", *options])
    checkpoint = read_checkpoint(tmp_path / "iter_2.pth")
    assert checkpoint["meta"]["iter"] == 2
    assert not any(name.startswith("module.") for name in checkpoint["state_dict"])
