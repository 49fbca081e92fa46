"""From rows to commands: what is filled in, what is shared, what is left to do."""

from pathlib import Path

import pytest

from mots_plugin.formats.errors import FormatError
from mots_plugin.reproduction.paper import read_paper
from mots_plugin.reproduction.plan import Planner, missing_steps

ONE = {"step": "track", "network": "", "by": "_one"}
TWO = {"step": "track", "network": "", "by": "_two"}


@pytest.fixture
def planner(paper_file, tmp_path):
    return lambda data="street", **options: Planner(read_paper(paper_file), data, tmp_path / "runs", **options)


def test_a_result_and_what_it_needs(planner, tmp_path):
    result = planner().plan(ONE, seed=3)
    (training,) = result.after
    runs = tmp_path / "runs"
    assert training.title == "train, default, seed 3"
    assert training.command == (
        *("python", "train.py", "configs/tiny.py", f"{runs}/train/default/seed_3", "--seed", "3"),
        *("--amp", "auto"),
    )
    assert result.title == "track, default, one, seed 3"
    assert result.command == (
        *("python", "track.py", "configs/tiny_one.py", f"{runs}/train/default/seed_3/last.pth"),
        *("--out", f"{runs}/track/default+one/seed_3", "work_dirs/street/val.json"),
    )


def test_other_data_other_values(planner):
    (training,) = planner("kitti").plan(ONE, 0).after
    assert training.command[2:4][0] == "configs/large.py"
    assert "--amp" not in training.command


def test_the_root_and_values_can_be_replaced(planner):
    replaced = planner(root="/my data", values={"options": "lr=1 max=2", "config": "mine"}).plan(ONE, 0)
    assert replaced.command[-1] == "/my data/val.json"
    assert replaced.after[0].command[2] == "mine.py"
    assert replaced.after[0].command[-2:] == ("lr=1", "max=2")


def test_an_unknown_value_is_refused(planner):
    with pytest.raises(FormatError, match="data set street has no value lr; known are: config, annotations"):
        planner(values={"lr": "1"})


def test_steps_without_a_seed_are_the_same_for_all(planner, tmp_path):
    filled = planner("kitti").plan({"step": "fill", "of": "labels"}, seed=5)
    assert filled.folder == tmp_path / "runs" / "fill" / "labels"
    assert filled == planner("kitti").plan({"step": "fill", "of": "labels"}, seed=6)
    (labels,) = filled.after
    assert labels.command == ("cp", "-r", "data/kitti/label 02", f"{tmp_path}/runs/labels")
    assert (labels.requires, labels.cure) == (Path("data/kitti/label 02"), "get the labels of KITTI")


def test_a_training_is_shared_and_comes_first(planner):
    plan = planner().plan
    steps = missing_steps([plan(ONE, 0), plan(TWO, 0), plan(ONE, 1)])
    assert [step.title for step in steps] == [
        "train, default, seed 0",
        "track, default, one, seed 0",
        "track, default, two, seed 0",
        "train, default, seed 1",
        "track, default, one, seed 1",
    ]


def test_what_is_finished_is_not_run_again_nor_what_it_was_made_from(planner):
    plan = planner().plan
    one, two = plan(ONE, 0), plan(TWO, 0)
    one.folder.mkdir(parents=True)
    one.marker.touch()
    assert missing_steps([one]) == []
    assert [step.title for step in missing_steps([one, two])] == [
        "train, default, seed 0",
        "track, default, two, seed 0",
    ]


@pytest.mark.parametrize(
    ("old", "new", "complaint"),
    [
        (
            "{config}{by}",
            "{config}{buy}",
            "step track: names {buy}, which neither data set street nor an argument gives",
        ),
        ("{step: train, network", "{step: trian, network", "there is no step trian; known are: train, track"),
    ],
)
def test_rules_that_cannot_be_filled_in(planner, paper_file, old, new, complaint):
    paper_file.write_text(paper_file.read_text().replace(old, new, 1))
    with pytest.raises(FormatError, match=complaint):
        planner().plan(ONE, 0)
