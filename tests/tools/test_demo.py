"""tools/demo.py: its plan, what it skips, where it stops. (The whole of it takes minutes: `make demo`.)"""

import importlib.util
import json
import sys
from dataclasses import replace
from pathlib import Path
from types import ModuleType

import pytest
from command_lines import ROOT

from mots_plugin.apis.demo_plans import DEMOS, Step, mapt, pointtrack, track_rcnn


@pytest.fixture
def demo() -> ModuleType:
    spec = importlib.util.spec_from_file_location("demo", ROOT / "tools" / "demo.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def short_plan(demo, monkeypatch, tmp_path) -> list[Step]:
    """Three steps of the demo's form: data, training with two checkpoints, and scores."""
    run, metrics = tmp_path / "track_rcnn", tmp_path / "track_rcnn" / "test" / "metrics.json"
    scores = {name: {"sMOTSA": 0.625, "MOTSA": 0.75, "MOTSP": 0.875} for name in ("car", "pedestrian")}
    write = "from pathlib import Path; import sys; path = Path(sys.argv[1])\n"
    write += "path.parent.mkdir(parents=True, exist_ok=True); path.write_text(sys.argv[2])"
    train = f"{write}; (path.parent / 'iter_2.pth').write_text('weights')"

    def command(script: str, *arguments) -> list[str]:
        return [sys.executable, "-c", script, *map(str, arguments)]

    real = track_rcnn(tmp_path)
    steps = [
        Step("render", command(write, tmp_path / "data.json", "{}"), tmp_path / "data.json"),
        replace(real.steps[2], command=command(train, run / "last_checkpoint", run / "iter_2.pth")),
        Step("score", command(write, metrics, json.dumps(scores)), metrics),
    ]
    monkeypatch.setitem(demo.DEMOS, "track_rcnn", lambda folder: replace(real, steps=steps))
    monkeypatch.setattr(sys, "argv", ["demo.py", "--folder", str(tmp_path)])
    return steps


@pytest.mark.parametrize("method", DEMOS)
def test_every_command_is_there_and_every_config_it_names(method):
    for step in DEMOS[method](Path("out")).steps:
        assert (ROOT / step.command[1]).is_file()
        named = [argument for argument in step.command if argument.startswith("configs/")]
        assert all((ROOT / config).is_file() for config in named)


def test_every_step_writes_what_the_next_one_reads():
    steps = track_rcnn(Path("out")).steps
    assert [Path(step.command[1]).name for step in steps] == [
        "toy_street.py",
        "kitti_mots.py",
        "dist_train.sh",
        "test.py",
    ]
    assert [str(step.result) for step in steps] == [
        "out/data/val.seqmap",
        "out/data/annotations/val.json",
        "out/track_rcnn/finished",
        "out/track_rcnn/test/metrics.json",
    ]
    assert "--resume" in steps[2].command
    assert steps[3].command[3] == "out/track_rcnn/latest.pth"


def test_pointtrack_puts_its_two_networks_together():
    steps = {Path(step.command[1]).name: step for step in pointtrack(Path("out")).steps[2:]}
    trainings = [step for step in pointtrack(Path("out")).steps if "dist_train.sh" in step.command[1]]
    assert list(steps) == ["dist_train.sh", "build_crop_database.py", "join_checkpoints.py", "test.py"]
    joined = steps["join_checkpoints.py"]
    assert joined.command[-2:] == [
        f"networks.0.segmenter={trainings[0].result.parent}/latest.pth",
        f"networks.0={trainings[1].result.parent}/latest.pth",
    ]
    assert steps["test.py"].command[2:4] == [joined.command[2], str(joined.result)]
    assert steps["build_crop_database.py"].command[4] == "out/pointtrack/crops"
    assert "train_dataloader.dataset.database=out/pointtrack/crops" in trainings[1].command


def test_mapt_is_scored_by_the_panoptic_maps_of_the_street():
    demo = mapt(Path("out"))
    assert "test_evaluator.0.panoptic_maps=out/data/panoptic_maps/val" in demo.steps[-1].command
    assert demo.steps[-1].command[6:10] == ["--eval", "stq", "pat", "pq"]
    assert demo.classes == ("all",)


def test_mapt_learns_things_from_the_panoptic_maps():
    (convert,) = (step for step in mapt(Path("out")).steps if "data_converters/step.py" in step.command)
    assert convert.command[-4:] == ["out/data", "out/data/annotations_step", "--images", "training/image_02"]
    assert convert.result == Path("out/data/annotations_step/val.json")


def test_all_steps_run_and_the_scores_are_printed(demo, short_plan, tmp_path, capfd):
    assert demo.main() == 0
    output = capfd.readouterr().out
    assert output.index("== render") < output.index("== train") < output.index("== score")
    assert "car         sMOTSA 62.5  MOTSA 75.0  MOTSP 87.5" in output
    assert (tmp_path / "track_rcnn" / "latest.pth").read_text() == "weights"
    assert f"weights   {tmp_path}/track_rcnn/latest.pth" in output


def test_finished_steps_are_skipped(demo, short_plan, tmp_path, capfd):
    (tmp_path / "data.json").write_text("rendered before")
    assert demo.main() == 0
    assert f"== render: done before ({tmp_path}/data.json)" in capfd.readouterr().out
    assert (tmp_path / "data.json").read_text() == "rendered before"
    assert demo.main() == 0
    assert capfd.readouterr().out.count("done before") == 3


def test_a_step_that_fails_stops_the_demo_with_its_exit_code(demo, short_plan, tmp_path, capfd):
    short_plan[1].command[:] = [sys.executable, "-c", "raise SystemExit(3)"]
    assert demo.main() == 3
    output = capfd.readouterr()
    assert "stopped at: train (exit code 3); the same command continues here" in output.err
    assert "== score" not in output.out
    assert not (tmp_path / "track_rcnn" / "finished").exists()


def test_ctrl_c_stops_the_demo_too(demo, short_plan, capfd):
    interrupt = "import os, signal; os.kill(os.getppid(), signal.SIGINT)"
    short_plan[1].command[:] = [sys.executable, "-c", interrupt]
    assert demo.main() == 130
    assert "stopped at: train (exit code 130)" in capfd.readouterr().err


def test_an_unknown_method_lists_the_known_ones(demo, monkeypatch, capsys):
    monkeypatch.setattr(sys, "argv", ["demo.py", "--method", "sort"])
    with pytest.raises(SystemExit) as end:
        demo.main()
    assert end.value.code == 2
    assert "invalid choice: 'sort' (choose from 'jde', " in capsys.readouterr().err
