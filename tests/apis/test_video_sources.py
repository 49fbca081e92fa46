"""Frames of videos, folders and cameras."""

import threading
import time
from pathlib import Path

import cv2
import numpy as np
import pytest

from mots_plugin.apis.video_sources import CameraSource, open_source
from mots_plugin.formats.errors import FormatError
from mots_plugin.visualization.video_file import VideoFile


def grey(level: int) -> np.ndarray:
    return np.full((32, 48, 3), level, np.uint8)


@pytest.fixture
def video(tmp_path) -> Path:
    """Seven frames at 5 per second, of grey 0, 30, 60, …"""
    with VideoFile(tmp_path / "street.mp4", fps=5) as file:
        for number in range(7):
            file.write(grey(30 * number))
    return tmp_path / "street.mp4"


def frames_of(source) -> list[tuple[int, float, int]]:
    """Number, seconds and grey level, in steps of 30, of each frame."""
    with source:
        return [(frame.number, frame.seconds, round(frame.image.mean() / 30)) for frame in source]


def test_a_video(video):
    source = open_source(video)
    assert (source.name, source.frame_rate, source.length, source.live) == ("street", 5, 7, False)
    assert frames_of(source) == [(number, number / 5, number) for number in range(7)]


def test_every_third_frame_of_a_video_and_no_more_than_two(video):
    source = open_source(video, stride=3)
    assert (source.frame_rate, source.length) == (5 / 3, 3)
    assert [frame[::2] for frame in frames_of(source)] == [(0, 0), (3, 3), (6, 6)]
    assert [frame[0] for frame in frames_of(open_source(str(video), stride=3, max_frames=2))] == [0, 3]


def test_images_go_by_their_numbers(tmp_path):
    for number in (10, 2, 1):
        cv2.imwrite(str(tmp_path / f"frame_{number}.png"), grey(10 * number))
    (tmp_path / "notes.txt").write_text("no image")
    with open_source(tmp_path) as source:
        found = [(frame.number, frame.image[0, 0, 0], np.isnan(frame.seconds)) for frame in source]
    assert found == [(1, 10, True), (2, 20, True), (10, 100, True)]
    assert (source.name, source.frame_rate, source.length) == (tmp_path.name, None, 3)
    assert [frame[0] for frame in frames_of(open_source(tmp_path, stride=2))] == [1, 10]


def test_images_without_numbers_go_by_name(tmp_path):
    for name in ("b", "a"):
        cv2.imwrite(str(tmp_path / f"{name}.png"), grey(30 * (name == "b")))
    assert [frame[::2] for frame in frames_of(open_source(tmp_path))] == [(0, 0), (1, 1)]


@pytest.mark.parametrize(
    ("prepare", "message"),
    [
        (lambda path: None, "not found; name a video file, a folder of images, or a camera by its number"),
        (lambda path: path.write_bytes(b"no video"), "cannot be opened by OpenCV"),
        (lambda path: path.mkdir(), "holds no image"),
    ],
)
def test_what_cannot_be_opened(tmp_path, prepare, message):
    prepare(tmp_path / "input")
    with pytest.raises(FormatError, match=message):
        open_source(tmp_path / "input")


def test_images_that_break_a_video(tmp_path):
    cv2.imwrite(str(tmp_path / "0.png"), grey(0))
    cv2.imwrite(str(tmp_path / "1.png"), grey(0)[:16])
    with pytest.raises(FormatError, match=r"1\.png: is 48 x 16, the images before 48 x 32"):
        frames_of(open_source(tmp_path))
    (tmp_path / "1.png").write_bytes(b"")
    with pytest.raises(FormatError, match=r"1\.png: is not an image"):
        frames_of(open_source(tmp_path))


class Camera:
    """Gives frames whose first pixel is their number, each when it is time or as soon as ``due`` is set."""

    def __init__(self, count: int) -> None:
        self.count, self.given, self.released = count, 0, False
        self.due = threading.Semaphore(0)

    def get(self, name: int) -> float:
        return 20.0 if name == cv2.CAP_PROP_FPS else 0.0

    def read(self):
        self.due.acquire()
        if self.given == self.count:
            return False, None
        self.given += 1
        return True, np.full((2, 2, 3), self.given - 1, np.uint8)

    def release(self) -> None:
        self.released = True


def wait_for(condition) -> None:
    patience = time.monotonic() + 30
    while not condition():
        assert time.monotonic() < patience
        time.sleep(0.001)


def test_a_camera_drops_what_comes_while_nobody_looks():
    camera = Camera(9)
    source = CameraSource(camera, "camera_0")
    with source:
        frames = iter(source)
        camera.due.release()
        assert next(frames).number == 0
        camera.due.release(5)  # five frames during the work on one
        wait_for(lambda: source._latest.number == 5)
        frame = next(frames)
        assert (frame.number, frame.image[0, 0, 0], source.dropped) == (5, 5, 4)
        camera.due.release(1)
        assert next(frames).number == 6
        camera.due.release(10)  # the last two, and the end
        wait_for(lambda: source._ended)
        assert [frame.number for frame in frames] == [8]
    assert (source.dropped, camera.released) == (5, True)
    assert (source.live, source.frame_rate) == (True, 20)


def test_a_camera_with_a_stride_and_an_end():
    camera = Camera(100)
    camera.due.release(101)
    with CameraSource(camera, "camera_0", stride=10, max_frames=3) as source:
        numbers = [frame.number for frame in source]
    assert len(numbers) <= 3
    assert all(later - earlier >= 10 for earlier, later in zip(numbers[:-1], numbers[1:], strict=True))
