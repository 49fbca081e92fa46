"""tools/train_chain.py: the order of the stages, what each starts from, and how a stopped chain goes on."""

import importlib.util
import os
import shlex
import sys
from pathlib import Path

import pytest
import torch
from command_lines import ROOT, python, succeed

from mots_plugin.apis.checkpoints import allow_runner_checkpoints

PP = "configs/pointtrack/pointtrack-pp_embedding-tiny-stage{}_300i_toy-street.py"
allow_runner_checkpoints()
STAGES = [PP.format(stage) for stage in ("1-foreground", "2-environment", "3-position", "4-aggregate")]


@pytest.fixture
def chain(monkeypatch):
    spec = importlib.util.spec_from_file_location("train_chain", ROOT / "tools" / "train_chain.py")
    module = importlib.util.module_from_spec(spec)
    monkeypatch.setitem(sys.modules, "train_chain", module)  # dataclasses look their module up
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def trainings(chain, monkeypatch):
    """Commands that the chain would run; each 'training' leaves a checkpoint, or fails as told."""
    ran, codes = [], []

    def train(line):
        ran.append(line)
        code = codes.pop(0) if codes else 0
        if code == 0:
            work_dir = Path(line[line.index("--work-dir") + 1])
            (work_dir / "iter_4.pth").touch()
            (work_dir / "last_checkpoint").write_text("/moved/since/iter_4.pth")
        return code

    monkeypatch.setattr(chain, "run", train)
    return ran, codes


@pytest.fixture
def configs(tmp_path):
    files = [tmp_path / name for name in ("one.py", "two.py", "three.py")]
    for file in files:
        file.touch()
    return [str(file) for file in files]


def options_of(command):
    return command[command.index("--cfg-options") + 1 :] if "--cfg-options" in command else []


def test_each_stage_starts_from_the_last_checkpoint_before_it(chain, trainings, configs, tmp_path, capsys):
    ran, _ = trainings
    assert chain.main([*configs, "--work-dir", str(tmp_path / "out"), "--cfg-options", "a.b=1"]) == 0
    assert [Path(command[2]).stem for command in ran] == ["one", "two", "three"]
    assert options_of(ran[0]) == ["a.b=1"]
    assert options_of(ran[1]) == ["a.b=1", f"load_from={tmp_path / 'out' / 'one' / 'iter_4.pth'}"]
    assert options_of(ran[2])[1] == f"load_from={tmp_path / 'out' / 'two' / 'iter_4.pth'}"
    assert all("--resume" in command for command in ran)
    assert f"last checkpoint of the chain: {tmp_path / 'out' / 'three' / 'iter_4.pth'}" in capsys.readouterr().out


def test_a_stopped_chain_goes_on_where_it_was(chain, trainings, configs, tmp_path, capsys):
    ran, codes = trainings
    codes += [0, 137]
    arguments = [*configs, "--work-dir", str(tmp_path / "out")]
    assert chain.main(arguments) == 137
    assert "stopped at stage 2 (exit code 137); the same command continues here" in capsys.readouterr().err
    ran.clear()
    assert chain.main(arguments) == 0
    assert [Path(command[2]).stem for command in ran] == ["two", "three"]
    ran.clear()
    assert chain.main(arguments) == 0
    assert ran == []


def test_a_stage_that_is_older_than_what_it_started_from_is_refused(chain, trainings, configs, tmp_path, capsys):
    arguments = [*configs, "--work-dir", str(tmp_path / "out")]
    chain.main(arguments)
    first = tmp_path / "out" / "one" / "iter_4.pth"
    later = (tmp_path / "out" / "two" / "started").stat().st_mtime + 10
    os.utime(first, (later, later))
    capsys.readouterr()
    assert chain.main(arguments) == 1
    assert f"was trained from an earlier state of {first}; remove this folder" in capsys.readouterr().err


def test_several_processes_and_mixed_precision(chain, trainings, configs, tmp_path):
    ran, _ = trainings
    chain.main([configs[0], "--work-dir", str(tmp_path / "out"), "--processes", "2", "--amp", "auto"])
    line = shlex.join(ran[0])
    assert "launch.py 2 " in line
    assert "--launcher pytorch" in line
    assert "--amp auto" in line


def test_bad_chains_are_refused(chain, configs, tmp_path, capsys):
    assert chain.main([str(tmp_path / "none.py")]) == 1
    assert "none.py: config not found" in capsys.readouterr().err
    assert chain.main([configs[0], configs[0]]) == 1
    assert "is named twice" in capsys.readouterr().err


@pytest.mark.slow
def test_the_four_stages_of_pointtrack_pp(street, tmp_path):
    """Two stages, then all four: the first two are not trained again, the branches stay, and the end can track."""
    database, out = tmp_path / "crops", tmp_path / "out"
    succeed(python("tools/build_crop_database.py", street / "annotations" / "train.json", street, database))
    options = [
        "train_cfg.max_iters=2",
        f"train_dataloader.dataset.database={database}",
        "train_dataloader.batch_size=2",
        "train_dataloader.sampler.batch_size=2",
        "train_dataloader.num_workers=0",
        "train_dataloader.persistent_workers=False",
    ]

    def train(stages):
        return succeed(python("tools/train_chain.py", *stages, "--work-dir", out, "--cfg-options", *options))

    train(STAGES[:2])
    assert train(STAGES).count("done before") == 2
    last = out / Path(STAGES[3]).stem / "iter_2.pth"
    states = [torch.load(out / Path(stage).stem / "iter_2.pth")["state_dict"] for stage in STAGES]
    for number, part in enumerate(("foreground", "environment", "position")):
        names = [name for name in states[0] if name.startswith(f"embedding.{part}.")]
        assert all(states[3][name].equal(states[number][name]) for name in names)

    config = "configs/pointtrack/pointtrack-pp_given-masks_tiny_toy-street.py"
    data = [f"test_dataloader.dataset.data_root={street}/", "test_dataloader.num_workers=0"]
    data.append("test_dataloader.persistent_workers=False")
    succeed(python("tools/test.py", config, last, "--work-dir", tmp_path / "test", "--cfg-options", *data))
    assert len(list((tmp_path / "test" / "test" / "tracks").glob("*.txt"))) == 2
