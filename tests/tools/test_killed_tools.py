"""kill -9 at ten moments of everything that takes long; then the same command ends as if nothing had happened."""

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from command_lines import ANY_CONFIDENCE, CONFIG, options_for_testing, options_for_training, python
from killed_runs import contents, finish, kill_at_random_moments

import mots_plugin.registration  # noqa: F401  (loaded once, before the forks)
from mots_plugin.annotation.corrections import take_corrections
from mots_plugin.annotation.project import Project
from mots_plugin.apis.checkpoints import latest_readable_checkpoint, read_checkpoint
from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, read_coco_video, write_coco_video
from mots_plugin.formats.detections_txt import format_detections, read_detections_txt
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt
from mots_plugin.formats.rle import boxes

TUNED = "configs/track_rcnn/track_rcnn_tiny-fpn_800i_toy-street_mask-iou.py"
REFINEMENT = "configs/mask_refinement/mask_refinement_tiny_800i_toy-street.py"
SETTINGS = {"--sequences": "2", "--val-sequences": "1", "--frames": "5", "--size": "160x96", "--workers": "1"}


@dataclass(frozen=True)
class Job:
    """A tool, and what it must leave.

    Attributes:
        command: The command line for an output folder; the same one goes on after a kill.
        outcome: What must be equal after kills and without.
        prepare: Puts into the folder what the tool starts from.
    """

    command: Callable[[Path], list[str]]
    outcome: Callable[[Path], object]
    prepare: Callable[[Path], object] = lambda out: out.mkdir(parents=True)


@pytest.fixture(scope="module")
def true_detections(street, tmp_path_factory) -> Path:
    """The ground truth of the training split as detections."""
    folder = tmp_path_factory.mktemp("true_detections")
    truth = read_coco_video(street / "annotations" / "train.json")
    for video in truth.videos:
        tracks, lines = truth.mask_tracks(video["name"]), []
        for index, number in enumerate(truth.frames(video["name"]).frame_numbers):
            rows = np.flatnonzero((tracks.frames == number) & (tracks.class_ids != 10))
            masks = [tracks.masks[row] for row in rows]
            scores = np.linspace(0.5, 0.9, len(rows), dtype=np.float32)
            lines += format_detections(index, boxes(masks), scores, tracks.class_ids[rows], masks, None)
        (folder / f"{video['name']}.txt").write_text("".join(line + "\n" for line in lines))
    return folder


@pytest.fixture(scope="module")
def annotation_start(street, tmp_path_factory) -> Path:
    """A project with two given masks a track, over the boxes of one video; tuning takes two steps."""
    folder = tmp_path_factory.mktemp("annotation")
    short = "fine_tuning = dict({0}=dict(iterations=2, batch_size=2), {1}=dict(iterations=2, batch_size=2))\n"
    config = folder / "short.py"
    config.write_text(f"_base_ = {str(Path(REFINEMENT).resolve())!r}\n" + short.format("all_objects", "one_object"))
    torch.manual_seed(0)
    torch.save({"state_dict": random_weights(config)}, folder / "random.pth")
    labels = street / "training" / "label_02" / "0000.txt"
    images = street / "training" / "image_02" / "0000"
    begin = python("tools/annotate_masks.py", "start", folder / "project", config, folder / "random.pth")
    finish([*begin, "--boxes", str(labels), "--images", str(images), "--format", "kitti",
            "--exchange", "png", "--masks-per-object", "1"], folder / "log")  # fmt: skip
    for _ in take_corrections(Project(folder / "project"), None, True):
        pass
    return folder / "project"


def random_weights(config: Path) -> dict[str, torch.Tensor]:
    from mmdet.registry import MODELS
    from mmengine.config import Config
    from mmengine.registry import init_default_scope

    loaded = Config.fromfile(config)
    init_default_scope(loaded.default_scope)
    return MODELS.build(loaded.model).state_dict()


@pytest.fixture(scope="module")
def jobs(street, work_dir, true_detections, annotation_start) -> dict[str, Job]:
    annotations = street / "annotations"
    testing = [*options_for_testing(street), *ANY_CONFIDENCE]
    test = python("tools/test.py", CONFIG, work_dir / "iter_4.pth", "--cfg-options", *testing)
    render = [word for option in SETTINGS.items() for word in option]
    tuning = python("tools/tune_tracker.py", TUNED, "--detections", true_detections, "--workers", "1")
    tuning += ["--trials", "12", "--cfg-options", f"train_dataloader.dataset.data_root={street}/"]
    training = python("tools/train.py", CONFIG, "--resume", "--cfg-options", *options_for_training(street, 6))

    def with_options(command: list[str], *options: str | Path) -> list[str]:
        place = command.index("--cfg-options")
        return [*command[:place], *map(str, options), *command[place:]]

    return {
        "rendering": Job(
            lambda out: python("data_converters/toy_street.py", out, *render),
            lambda out: contents(out, "*.png", "*.txt", "*.seqmap", "*.json"),
        ),
        "converting": Job(
            lambda out: python("data_converters/kitti_mots.py", street, out, "--seqmap", street / "train.seqmap"),
            lambda out: contents(out, "*.json"),
        ),
        "flow caching": Job(
            lambda out: python("tools/precompute_flow.py", annotations / "train.json", street, out),
            lambda out: contents(out, "*.png"),
        ),
        "crop database": Job(
            lambda out: python(
                "tools/build_crop_database.py", annotations / "train.json", street, out, "--shard-pixels", "2000"
            ),
            lambda out: contents(out, "*.npy", "*.json"),
        ),
        "testing": Job(
            lambda out: with_options(test, "--work-dir", out / "work", "--out", out / "out"),
            lambda out: contents(out / "out", "*.txt", "*.json"),
        ),
        "saving detections": Job(
            lambda out: with_options(
                test, "--work-dir", out / "work", "--out", out / "out", "--save-detections", out / "found"
            ),
            lambda out: [len(read_detections_txt(path)) for path in sorted((out / "found").glob("*.txt"))],
        ),
        "tuning": Job(lambda out: with_options(tuning, "--out", out), lambda out: (out / "best.py").is_file()),
        "training": Job(
            lambda out: with_options(training, "--work-dir", out),
            lambda out: read_checkpoint(latest_readable_checkpoint(out))["meta"]["iter"],
        ),
        "annotating": Job(
            lambda out: python("tools/annotate_masks.py", "run", out / "project"),
            lambda out: {path.name: len(read_mots_txt(path)) for path in (out / "project" / "masks").glob("*.txt")},
            lambda out: shutil.copytree(annotation_start, out / "project"),
        ),
    }


NAMES = [
    "rendering",
    "converting",
    "flow caching",
    "crop database",
    "testing",
    "saving detections",
    "tuning",
    "training",
    "annotating",
]


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES)
def test_ten_kills_and_the_outcome_is_the_same(name, jobs, tmp_path):
    job = jobs[name]
    whole, killed, log = tmp_path / "whole", tmp_path / "killed", tmp_path / "log"
    job.prepare(whole)
    duration = finish(job.command(whole), log)
    job.prepare(killed)
    kill_at_random_moments(job.command(killed), duration, killed, log)
    finish(job.command(killed), log)
    expected = job.outcome(whole)
    assert expected
    assert job.outcome(killed) == expected
    assert not [path for path in killed.rglob("*.part") if "work" not in path.parts]


def test_killed_flow_caching_goes_on(tmp_path):
    rng = np.random.default_rng(0)
    names = [f"0002/{number:06d}.png" for number in range(12)]
    (tmp_path / "0002").mkdir()
    for name in names:
        cv2.imwrite(str(tmp_path / name), rng.integers(0, 255, (60, 80, 3), np.uint8))
    frames = VideoFrames("0002", range(12), names, 60, 80)
    write_coco_video(tmp_path / "a.json", from_mask_tracks([(frames, MaskTracks())]))
    outcomes = []
    for kills in (0, 3):
        out = tmp_path / f"flow_{kills}"
        out.mkdir()
        command = python("tools/precompute_flow.py", tmp_path / "a.json", tmp_path, out)
        kill_at_random_moments(command, 0.3, out, tmp_path / "log", kills)
        finish(command, tmp_path / "log")
        outcomes.append(contents(out, "*.png"))
    assert len(outcomes[0]) == 11
    assert outcomes[0] == outcomes[1]
