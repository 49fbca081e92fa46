"""What is looked at before a run is built: config, annotations, images, folders."""

import argparse
import copy
import shutil
from pathlib import Path

import pytest
from mmengine.config import Config

from mots_plugin.apis.runs import check_datasets, check_writable, load_run_config
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks


def arguments(config: Path, **given) -> argparse.Namespace:
    defaults = {"config": str(config), "work_dir": None, "cfg_options": {}, "launcher": "none", "local_rank": 0}
    return argparse.Namespace(**{**defaults, **given})


@pytest.fixture
def config(tmp_path) -> Path:
    file = tmp_path / "street.py"
    file.write_text("max_iters = 500\n")
    return file


def test_the_work_dir_is_of_the_command_line_then_of_the_config_then_of_its_name(config):
    assert load_run_config(arguments(config)).work_dir == "work_dirs/street"
    config.write_text("work_dir = 'runs/a'\n")
    assert load_run_config(arguments(config)).work_dir == "runs/a"
    assert load_run_config(arguments(config, work_dir="runs/b")).work_dir == "runs/b"


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a = = 1\n", r"invalid syntax \(line 1\)"),
        ("a = undefined\n", "name 'undefined' is not defined"),
        ("custom_imports = dict(imports=['no_such_module'], allow_failed_imports=False)\n", "no_such_module"),
    ],
)
def test_a_config_that_does_not_parse_is_named(config, text, problem):
    config.write_text(text)
    with pytest.raises(FormatError, match=rf"street.py: config does not parse \(.*{problem}"):
        load_run_config(arguments(config))


class TestDatasets:
    @pytest.fixture
    def run(self, tmp_path) -> Config:
        """A run over one video of three frames, none annotated."""
        (tmp_path / "images" / "a").mkdir(parents=True)
        files = [f"a/{frame}.png" for frame in range(3)]
        for file in files:
            (tmp_path / "images" / file).touch()
        video = VideoFrames("a", range(3), files, 48, 64)
        write_coco_video(tmp_path / "val.json", from_mask_tracks([(video, MaskTracks([], [], [], [], name="a"))]))
        dataset = {"data_root": f"{tmp_path}/", "ann_file": "val.json", "data_prefix": {"img_path": "images"}}
        return Config({"test_dataloader": {"dataset": dataset}})

    def test_nothing_is_said_when_all_is_there(self, run):
        check_datasets(run, "test_dataloader")

    def test_missing_images_are_counted_and_the_first_is_named(self, run, tmp_path):
        (tmp_path / "images" / "a" / "1.png").unlink()
        (tmp_path / "images" / "a" / "2.png").unlink()
        problem = r"images/a/1.png: image of test_dataloader not found, one of 2 missing \(of 3\)"
        with pytest.raises(FormatError, match=problem):
            check_datasets(run, "test_dataloader")

    def test_images_that_no_transform_loads_may_be_missing(self, run, tmp_path):
        shutil.rmtree(tmp_path / "images")

        def loading(image):
            transforms = [{"type": "LoadGivenMasks"}, {"type": image}]
            run.test_dataloader.dataset.pipeline = [{"type": "TransformBroadcaster", "transforms": transforms}]
            return run

        check_datasets(loading("BlankFrameImage"), "test_dataloader")
        with pytest.raises(FormatError, match="image folder of test_dataloader not found"):
            check_datasets(loading("LoadFrameImage"), "test_dataloader")

    def test_a_missing_image_folder_names_the_option(self, run):
        run.test_dataloader.dataset.data_prefix.img_path = "pictures"
        cure = "pass --cfg-options test_dataloader.dataset.data_prefix.img_path=FOLDER"
        with pytest.raises(FormatError, match=f"pictures: image folder .* {cure}"):
            check_datasets(run, "test_dataloader")

    def test_missing_annotations_name_the_converters(self, run):
        run.test_dataloader.dataset.ann_file = "test.json"
        with pytest.raises(FormatError, match="test.json: annotation file .* convert the raw data"):
            check_datasets(run, "test_dataloader")

    def test_each_of_several_joined_sets_is_looked_at(self, run):
        one = run.test_dataloader.dataset
        joined = Config({"test_dataloader": {"dataset": {"type": "ConcatDataset", "datasets": [one, copy.copy(one)]}}})
        check_datasets(joined, "test_dataloader")
        joined.test_dataloader.dataset.datasets[1].data_root = "elsewhere"
        with pytest.raises(FormatError, match=r"--cfg-options test_dataloader\.dataset\.datasets\.1\.data_root=FOLDER"):
            check_datasets(joined, "test_dataloader")


class TestFolders:
    def test_a_folder_is_made_and_left_empty(self, tmp_path):
        folder = check_writable(tmp_path / "a" / "b")
        assert list(folder.iterdir()) == []

    def test_a_file_in_the_way_is_named(self, tmp_path):
        (tmp_path / "a").touch()
        with pytest.raises(FormatError, match=r"a: cannot be written to \(File exists\); choose another folder"):
            check_writable(tmp_path / "a")
