import runpy
import sys
from pathlib import Path

import cv2
import numpy as np
import pytest

from mots_plugin.formats.coco_video import VideoFrames, from_mask_tracks, write_coco_video
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import encode
from mots_plugin.visualization import Window

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def video(tmp_path: Path) -> Path:
    """One video of 5 frames, 64x48, with a car on each."""
    (tmp_path / "a").mkdir()
    for frame in range(5):
        cv2.imwrite(str(tmp_path / "a" / f"{frame}.png"), np.full((48, 64, 3), 100, np.uint8))
    mask = np.zeros((48, 64), bool)
    mask[20:40, 10:50] = True
    tracks = MaskTracks(range(5), [1001] * 5, [1] * 5, [encode(mask)] * 5, name="a")
    frames = VideoFrames("a", range(5), [f"a/{frame}.png" for frame in range(5)], 48, 64)
    write_coco_video(tmp_path / "train.json", from_mask_tracks([(frames, tracks)]))
    return tmp_path


TRACK_RCNN = ROOT / "configs" / "track_rcnn" / "track_rcnn_r101-fpn_40e_kitti-mots.py"


def browse(monkeypatch, *arguments: str, config: Path = TRACK_RCNN) -> int:
    monkeypatch.setattr(sys, "argv", ["browse_dataset.py", str(config), *arguments])
    with pytest.raises(SystemExit) as end:
        runpy.run_path(str(ROOT / "tools" / "browse_dataset.py"), run_name="__main__")
    return end.value.code


def test_one_sheet_a_clip_with_the_frames_side_by_side(video, monkeypatch, capsys):
    options = [f"train_dataloader.dataset.{key}" for key in (f"data_root={video}", "ann_file=train.json")]
    code = browse(monkeypatch, "--out", str(video / "out"), "--clips", "1", "--columns", "8", "--cfg-options", *options)
    assert code == 0
    assert [path.name for path in (video / "out").iterdir()] == ["clip_000.png"]
    sheet = cv2.imread(str(video / "out" / "clip_000.png"))
    assert sheet.shape == (89, 2396, 3)  # eight frames of 1024x309, shrunk to the width of a sheet
    assert f"clips: {video / 'out'}" in capsys.readouterr().out


def test_single_frames_on_one_sheet(video, monkeypatch):
    base = ROOT / "configs" / "_base_"
    config = video / "config.py"
    config.write_text(
        f"_base_ = ['{base}/datasets/object_windows_toy_street.py', '{base}/default_runtime.py']\nmodel = dict()\n"
    )
    options = [f"train_dataloader.dataset.{key}" for key in (f"data_root={video}", "ann_file=train.json")]
    arguments = ["--out", str(video / "out"), "--clips", "3", "--columns", "2", "--cfg-options", *options]
    assert browse(monkeypatch, *arguments, config=config) == 0
    assert [path.name for path in (video / "out").iterdir()] == ["frames.png"]
    assert cv2.imread(str(video / "out" / "frames.png")).shape == (2 * 480 + 4, 2 * 640 + 4, 3)  # 64x48, enlarged


def test_clips_in_a_window(video, monkeypatch):
    shown = []
    monkeypatch.setenv("DISPLAY", ":0")
    monkeypatch.setattr(Window, "show", lambda self, picture: shown.append(picture))
    options = [f"train_dataloader.dataset.{key}" for key in (f"data_root={video}", "ann_file=train.json")]
    assert browse(monkeypatch, "--show", "--out", str(video / "out"), "--clips", "1", "--cfg-options", *options) == 0
    assert [picture.shape[2] for picture in shown] == [3]
    assert not (video / "out").exists()


def test_missing_annotations_end_in_one_line(video, monkeypatch, capsys):
    code = browse(
        monkeypatch, "--out", str(video / "out"), "--cfg-options", "train_dataloader.dataset.data_root=nowhere"
    )
    assert code == 1
    assert capsys.readouterr().err.startswith(
        "error: nowhere/annotations/train.json: annotation file of train_dataloader"
    )
