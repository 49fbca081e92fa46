"""tools/track_video.py on a folder of images, with a network that has hardly learnt anything."""

import json
import signal
import sys
from pathlib import Path

import cv2
import pytest
from command_lines import ANY_CONFIDENCE, CONFIG, ROOT, options_for_testing, python, succeed

from mots_plugin.apis.video_sources import ImageFolderSource
from mots_plugin.formats.mots_txt import read_mots_txt


@pytest.fixture
def track(monkeypatch, capsys, work_dir):
    """Return a function that runs the tool in this process; it gives the exit code and what was printed."""
    monkeypatch.chdir(ROOT)
    monkeypatch.syspath_prepend(str(ROOT / "tools"))
    sys.modules.pop("track_video", None)
    import track_video

    def run(source: Path, out: Path, *arguments: str, options=ANY_CONFIDENCE) -> tuple[int, list[str]]:
        command = [CONFIG, work_dir / "iter_4.pth", source, "--out", out, *arguments, "--cfg-options", *options]
        code = track_video.main([str(argument) for argument in command])
        printed = capsys.readouterr()
        return code, [*printed.out.splitlines(), *printed.err.splitlines()]

    return run


@pytest.fixture
def images(street) -> Path:
    """The nine frames of a held-out video."""
    return street / "training" / "image_02" / "0001"


def pictures_of(video: Path) -> int:
    capture, count = cv2.VideoCapture(str(video)), 0
    while capture.grab():
        count += 1
    return count


def test_tracks_are_those_of_a_test_run(track, images, street, work_dir, tmp_path):
    options = ["--cfg-options", *options_for_testing(street), *ANY_CONFIDENCE]
    succeed(python("tools/test.py", CONFIG, work_dir / "iter_4.pth", "--out", tmp_path / "test", *options))
    code, printed = track(images, tmp_path / "video")
    tested = read_mots_txt(tmp_path / "test" / "tracks" / "0001.txt")
    tracks = read_mots_txt(tmp_path / "video" / "0001.txt")
    assert len(tracks) > 0
    assert (tracks.frames.tolist(), tracks.track_ids.tolist()) == (tested.frames.tolist(), tested.track_ids.tolist())
    assert list(tracks.masks) == list(tested.masks)
    assert code == 0
    assert f"9 frames, {len(set(tracks.track_ids.tolist()))} identities" in printed
    assert pictures_of(tmp_path / "video" / "0001.mp4") == 9


def test_ctrl_c_leaves_whole_files(track, images, tmp_path, monkeypatch):
    every = ImageFolderSource.__iter__

    def interrupted(source):
        for frame in every(source):
            if frame.number == 5:
                signal.raise_signal(signal.SIGINT)
            yield frame

    monkeypatch.setattr(ImageFolderSource, "__iter__", interrupted)
    code, printed = track(images, tmp_path, "--save", "video", "txt", "json", "coco")
    assert code == 130
    assert any(line.startswith("stopped after 4 frames, ") for line in printed)
    assert pictures_of(tmp_path / "0001.mp4") == 4  # 0 to 3: the network looks one frame ahead
    assert read_mots_txt(tmp_path / "0001.txt").frames.max() == 3
    assert len(json.loads((tmp_path / "0001.json").read_text())) == 4
    assert sorted(path.name for path in tmp_path.iterdir()) == [
        "0001.coco.json", "0001.json", "0001.mp4", "0001.txt",
    ]  # fmt: skip


def test_stride_and_most_frames(track, images, tmp_path):
    assert track(images, tmp_path, "--save", "json", "--stride", "3", "--max-frames", "2")[0] == 0
    assert [frame["frame"] for frame in json.loads((tmp_path / "0001.json").read_text())] == [0, 3]


def test_bad_input_is_one_line(track, tmp_path):
    code, printed = track(tmp_path / "absent.mp4", tmp_path / "out")
    assert code == 1
    cure = "name a video file, a folder of images, or a camera by its number"
    assert printed == [f"error: {tmp_path / 'absent.mp4'}: not found; {cure}"]


def test_no_window_without_a_display(track, images, tmp_path, monkeypatch):
    monkeypatch.delenv("DISPLAY", raising=False)
    monkeypatch.delenv("WAYLAND_DISPLAY", raising=False)
    monkeypatch.setattr(sys, "platform", "linux")
    code, printed = track(images, tmp_path / "out", "--show")
    assert code == 1
    cure = "leave it out, and look at the files that are written"
    assert printed == [f"error: --show: there is no display; {cure}"]
