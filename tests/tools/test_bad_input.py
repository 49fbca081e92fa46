"""What users get wrong: one line that names the file and the cure, exit code 1, nothing half written."""

import os
import pickle
import runpy
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
import torch
from command_lines import (
    CONFIG,
    ROOT,
    error_line,
    options_for_testing,
    options_for_training,
    python,
    run,
    train_command,
)

from mots_plugin.apis.checkpoints import read_checkpoint

Tool = Callable[..., str]


@pytest.fixture
def tool(monkeypatch, capfd) -> Tool:
    """Run a tool in this process, which is quicker, for input that it must refuse before it builds anything."""

    def call(name: str, *arguments: str | Path) -> str:
        monkeypatch.chdir(ROOT)
        monkeypatch.setattr(sys, "argv", [name, *map(str, arguments)])
        with pytest.raises(SystemExit) as end:
            runpy.run_path(str(ROOT / "tools" / name), run_name="__main__")
        output = capfd.readouterr()
        assert end.value.code == 1
        assert "mmengine - INFO" not in output.out + output.err  # the runner logs as soon as it is there
        (line,) = [line for line in output.err.splitlines() if line.startswith("error: ")]
        return line.removeprefix("error: ")

    return call


@pytest.fixture
def checkpoint(work_dir) -> Path:
    return work_dir / "iter_4.pth"


def broken_street(street: Path, folder: Path) -> Path:
    """A copy of the street, by links, whose files can be replaced one by one."""
    for file in (path for path in street.rglob("*") if path.is_file()):
        link = folder / file.relative_to(street)
        link.parent.mkdir(parents=True, exist_ok=True)
        link.symlink_to(file)
    return folder


def test_config_that_does_not_exist(tool, tmp_path):
    assert tool("train.py", "configs/no_such.py", "--work-dir", tmp_path / "work") == (
        "configs/no_such.py: config not found ([Errno 2] No such file or directory: 'configs/no_such.py'); "
        "look into configs/ for the names that exist"
    )
    assert not (tmp_path / "work").exists()


def test_config_whose_base_does_not_parse_names_the_base(tool, tmp_path):
    (tmp_path / "base.py").write_text("model = dict(\nmodel = 1\n")
    (tmp_path / "leaf.py").write_text("_base_ = './base.py'\n")
    line = tool("test.py", tmp_path / "leaf.py", "any.pth")
    assert line.startswith(f"{tmp_path}/./base.py: config does not parse ('(' was never closed (line 1)); mend")


def test_config_with_a_part_that_nobody_registered(tmp_path, street):
    config = tmp_path / "unknown_part.py"
    config.write_text(f"_base_ = {str(ROOT / CONFIG)!r}\nmodel = dict(type='TrackRCNNN')\n")
    command = python("tools/train.py", config, "--work-dir", tmp_path / "work", "--cfg-options")
    assert error_line(run([*command, *options_for_training(street, 2)])) == (
        f"error: {config}: TrackRCNNN is not in the mmdet::model registry; "
        "correct the entry of the config, or its override"
    )


def test_misspelt_override_names_the_right_one(tool):
    assert tool("train.py", CONFIG, "--cfg-options", "train_dataloader.num_worker=0") == (
        "--cfg-options:train_dataloader.num_worker: the config has no train_dataloader.num_worker; "
        "did you mean train_dataloader.num_workers?"
    )


def test_unknown_metric_lists_the_known_ones(tool, checkpoint):
    line = tool("test.py", CONFIG, checkpoint, "--eval", "smotsa", "mota")
    assert line.startswith("metrics: there is no metric mota; known are: smotsa, hota, idf1")


def test_annotations_that_were_never_converted(tool, tmp_path, checkpoint):
    options = ["--cfg-options", f"test_dataloader.dataset.data_root={tmp_path}/"]
    assert tool("test.py", CONFIG, checkpoint, *options) == (
        f"{tmp_path}/annotations/val.json: annotation file of test_dataloader not found; convert the raw data with "
        "one of data_converters/, or pass --cfg-options test_dataloader.dataset.data_root=FOLDER"
    )


@pytest.mark.parametrize(
    ("name", "loader", "video", "frames"),
    [("train.py", "train_dataloader", "0000", 9), ("test.py", "test_dataloader", "0002", 18)],
)
def test_missing_image_is_found_before_the_model_is_built(
    tool, tmp_path, street, checkpoint, name, loader, video, frames
):
    folder = broken_street(street, tmp_path / "street")
    image = folder / "training" / "image_02" / video / "000008.png"
    image.unlink()
    arguments = [checkpoint] if name == "test.py" else []
    options = ["--work-dir", tmp_path / "work", "--cfg-options", f"{loader}.dataset.data_root={folder}/"]
    assert tool(name, CONFIG, *arguments, *options) == (
        f"{image}: image of {loader} not found, one of 1 missing (of {frames}); "
        "restore it, or convert the raw data again"
    )


@pytest.mark.parametrize("option", ["--out", "--show-dir", "--work-dir"])
def test_folder_that_cannot_be_written_to(tool, tmp_path, street, checkpoint, option):
    (tmp_path / "file").touch()
    folders = {"--work-dir": tmp_path / "work", option: tmp_path / "file" / "folder"}
    arguments = [word for pair in folders.items() for word in pair]
    line = tool("test.py", CONFIG, checkpoint, *arguments, "--cfg-options", *options_for_testing(street))
    assert line.startswith(f"{tmp_path}/file/folder")
    assert line.endswith("cannot be written to (Not a directory); choose another folder")


def test_checkpoint_that_does_not_exist(tool, street):
    line = tool("test.py", CONFIG, "no_such.pth", "--cfg-options", *options_for_testing(street))
    assert line == "no_such.pth: checkpoint not found; pass the .pth file that training wrote"


def test_truncated_checkpoint(tool, tmp_path, street, checkpoint):
    half = tmp_path / "half.pth"
    half.write_bytes(checkpoint.read_bytes()[: checkpoint.stat().st_size // 2])
    line = tool("test.py", CONFIG, half, "--cfg-options", *options_for_testing(street))
    assert line.startswith(f"{half}: not a readable checkpoint (")
    assert line.endswith("; write or copy it again")


class RunsOnUnpickling:
    def __init__(self, command: str) -> None:
        self.command = command

    def __reduce__(self) -> tuple:
        return os.system, (self.command,)


@pytest.mark.parametrize("name", ["train.py", "test.py"])
def test_checkpoint_that_asks_for_code_to_be_run(tool, tmp_path, street, name):
    evil, trace = tmp_path / "evil.pth", tmp_path / "trace"
    torch.save({"state_dict": RunsOnUnpickling(f"touch {trace}")}, evil)
    arguments = [evil] if name == "test.py" else ["--resume", evil]
    options = options_for_testing(street) if name == "test.py" else options_for_training(street, 2)
    line = tool(name, CONFIG, *arguments, "--work-dir", tmp_path / "work", "--cfg-options", *options)
    assert line.startswith(f"{evil}: refused to load: it asks for posix.system, which could run code;")
    assert not trace.exists()
    pickle.loads(pickle.dumps(RunsOnUnpickling(f"touch {trace}")))
    assert trace.exists()  # what an unsafe loader would have done


def test_config_text_in_a_checkpoint_is_not_run_on_resume(tmp_path, street, work_dir):
    trace = tmp_path / "trace"
    checkpoint = read_checkpoint(work_dir / "iter_2.pth")
    checkpoint["meta"]["config"] = f"open({str(trace)!r}, 'w').close()\n"
    torch.save(checkpoint, tmp_path / "stranger.pth")
    resumed = run(train_command(street, tmp_path / "work", 2, "--resume", str(tmp_path / "stranger.pth")))
    assert resumed.returncode == 0, resumed.stderr[-2000:]
    assert "iter: 2\n" in resumed.stdout + resumed.stderr
    assert not trace.exists()


def test_weights_alone_cannot_be_resumed(tool, tmp_path, street, checkpoint):
    weights = tmp_path / "weights.pth"
    torch.save(read_checkpoint(checkpoint)["state_dict"], weights)
    options = ["--work-dir", tmp_path / "work", "--cfg-options", *options_for_training(street, 6)]
    assert tool("train.py", CONFIG, "--resume", weights, *options) == (
        f"{weights}: training cannot continue from it, since it holds no meta; "
        "start anew from its weights with --cfg-options load_from=FILE"
    )


def test_checkpoint_of_another_model(tmp_path, street, checkpoint):
    other = read_checkpoint(checkpoint)
    name = "detector.rpn_head.rpn_cls.weight"
    shape = tuple(other["state_dict"][name].shape)
    other["state_dict"][name] = torch.zeros(9, *shape[1:])
    torch.save(other, tmp_path / "other.pth")
    command = python("tools/test.py", CONFIG, tmp_path / "other.pth", "--work-dir", tmp_path / "work")
    done = run([*command, "--out", str(tmp_path / "out"), "--cfg-options", *options_for_testing(street)])
    assert error_line(done) == (
        f"error: {tmp_path}/other.pth: not a checkpoint of TrackRCNN as configured: 1 of {len(other['state_dict'])} "
        f"weights differ, first: {name} is {(9, *shape[1:])}, the model has {shape}; "
        "pass the checkpoint that was trained with this config"
    )
    assert list((tmp_path / "out").iterdir()) == []


def test_image_that_a_test_cannot_read_leaves_finished_videos_only(tmp_path, street, checkpoint):
    folder = broken_street(street, tmp_path / "street")
    image = folder / "training" / "image_02" / "0002" / "000005.png"
    image.unlink()
    image.write_bytes((street / "training" / "image_02" / "0002" / "000005.png").read_bytes()[:1000])
    (tmp_path / "out").mkdir()
    (tmp_path / "out" / "metrics.json").write_text("scores of an earlier run")
    command = python("tools/test.py", CONFIG, checkpoint, "--work-dir", tmp_path / "work", "--out", tmp_path / "out")
    command += ["--show-dir", str(tmp_path / "pictures"), "--cfg-options"]
    done = run([*command, f"test_dataloader.dataset.data_root={folder}/", "test_dataloader.num_workers=2"])
    line = error_line(done)  # of the image or of the flow, whichever is read first
    assert line.startswith(f"error: {image}: ")
    assert line.endswith("; restore the file")
    written = [path.relative_to(tmp_path / "out") for path in (tmp_path / "out").rglob("*")]
    assert sorted(map(str, written)) == ["tracks", "tracks/0001.txt"]
    assert [path.name for path in (tmp_path / "pictures").glob("*.mp4")] == ["0001.mp4"]


def test_image_that_training_cannot_read(tmp_path, street):
    folder = broken_street(street, tmp_path / "street")
    image = folder / "training" / "image_02" / "0000" / "000004.png"
    image.unlink()
    image.touch()
    done = run(train_command(folder, tmp_path / "work", 20))
    assert error_line(done) == f"error: {image}: cannot be read (not a whole image); restore the file"
