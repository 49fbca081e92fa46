"""A project from boxes to masks: drafts out, corrections in, masks of all boxes out."""

import shutil
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mots_plugin.annotation.corrections import take_corrections
from mots_plugin.annotation.project import Project, Settings
from mots_plugin.apis.annotation_rounds import ask_for_first_masks, run_round
from mots_plugin.formats import FormatError, MaskTracks, find_faults, read_mots_txt
from mots_plugin.formats.rle import encode

TINY = Path(__file__).resolve().parents[2] / "configs/mask_refinement/mask_refinement_tiny_800i_toy-street.py"
SHORT = """
_base_ = '{base}'
fine_tuning = dict(all_objects=dict(iterations=1, batch_size=2), one_object=dict(iterations=1, batch_size=2))
"""
FRAMES = 3


@pytest.fixture(scope="module")
def network(tmp_path_factory):
    """Config with one step of tuning, and random weights which call everything in the crop the object."""
    folder = tmp_path_factory.mktemp("network")
    (folder / "short.py").write_text(SHORT.format(base=TINY))
    config = Config.fromfile(folder / "short.py")
    init_default_scope(config.default_scope)
    torch.manual_seed(0)
    model = MODELS.build(config.model)
    torch.nn.init.constant_(model.mask_head.classify.bias, 9.0)
    torch.save({"state_dict": model.state_dict()}, folder / "random.pth")
    return folder


@pytest.fixture
def project(network, tmp_path):
    """Car 3 and person 4, side by side in frames 0 to 2 of one video."""
    (tmp_path / "images").mkdir()
    lines = []
    for frame in range(FRAMES):
        cv2.imwrite(str(tmp_path / "images" / f"{frame:06d}.png"), np.full((40, 60, 3), 60 * frame, np.uint8))
        lines.append(f"{frame} 3 Car 0 0 -10 {5 + frame} 20 {25 + frame} 30 -1 -1 -1 -1000 -1000 -1000 -10")
        lines.append(f"{frame} 4 Pedestrian 0 0 -10 40 10 48 35 -1 -1 -1 -1000 -1000 -1000 -10")
    (tmp_path / "0002.txt").write_text("\n".join(lines) + "\n")
    files = (str(network / "short.py"), str(network / "random.pth"))
    settings = Settings(str(tmp_path / "0002.txt"), "kitti", str(tmp_path / "images"), None, *files, "png", 1)
    return Project.start(tmp_path / "project", settings)


def drawn(x0, y0, x1, y1):
    mask = np.zeros((40, 60), bool)
    mask[y0:y1, x0:x1] = True
    return encode(mask)


def test_from_boxes_to_masks(project):
    assert list(ask_for_first_masks(project)) == [("0002", 2)]  # one a track, in its middle frame
    drafts = read_mots_txt(project.folder / "round_00/exported/0002.txt")
    assert (drafts.frames.tolist(), drafts.track_ids.tolist()) == ([1, 1], [3, 4])

    with pytest.raises(FormatError, match="no mask was given yet; draw the masks asked for"):
        list(run_round(project))
    car = drawn(6, 20, 26, 30)
    project.add_given("0002", MaskTracks([1], [3], [1], [car]))
    assert list(run_round(project)) == [("0002", 1, 2), ("0002", 2, 2)]
    assert project.round == 1
    result = read_mots_txt(project.folder / "masks/0002.txt")
    assert find_faults(result) == []
    assert result.masks[[*zip(result.frames.tolist(), result.track_ids.tolist(), strict=True)].index((1, 3))] == car
    assert sorted(path.name for path in (project.folder / "round_01/png/0002").iterdir()) == [
        f"{frame:06d}.png" for frame in range(FRAMES)
    ]

    # What went out and came back untouched is no correction.
    assert list(take_corrections(project)) == [("0002", 0)]


def test_a_round_that_was_stopped_ends_as_one_that_was_not(project):
    list(ask_for_first_masks(project))
    project.add_given("0002", MaskTracks([1, 1], [3, 4], [1, 2], [drawn(6, 20, 26, 30), drawn(40, 10, 48, 35)]))
    rounds = run_round(project)
    next(rounds)
    rounds.close()
    assert Project(project.folder).round == 0
    tuned = (project.folder / "round_01/tuned.pth").stat().st_mtime_ns
    list(run_round(Project(project.folder)))
    stopped = (project.folder / "masks/0002.txt").read_bytes()
    assert (project.folder / "round_01/tuned.pth").stat().st_mtime_ns == tuned

    shutil.rmtree(project.folder / "round_01")
    project.finish_round(0)
    list(run_round(Project(project.folder)))
    assert (project.folder / "masks/0002.txt").read_bytes() == stopped
