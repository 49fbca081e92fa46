"""Windows, with a stand-in for the screen and the keyboard."""

import cv2
import numpy as np
import pytest

from mots_plugin.formats.errors import FormatError
from mots_plugin.visualization import Window, window

RED = np.full((2, 2, 3), (255, 0, 0), np.uint8)


class Screen:
    """Remembers what is shown; gives one key after the other, -1 for none, and is closed when they are used up."""

    def __init__(self, monkeypatch, *keys: int) -> None:
        self.shown, self.keys, self.size = [], list(keys), None
        monkeypatch.setenv("DISPLAY", ":0")
        monkeypatch.setattr(window.cv2, "namedWindow", lambda title, flags: None)
        monkeypatch.setattr(window.cv2, "resizeWindow", lambda title, *size: setattr(self, "size", size))
        monkeypatch.setattr(window.cv2, "imshow", lambda title, bgr: self.shown.append(bgr[0, 0].tolist()))
        monkeypatch.setattr(window.cv2, "waitKey", lambda milliseconds: self.keys.pop(0) if self.keys else -1)
        monkeypatch.setattr(window.cv2, "getWindowProperty", lambda title, name: float(bool(self.keys)))
        monkeypatch.setattr(window.cv2, "destroyAllWindows", lambda: None)


def test_a_film_runs_until_q(monkeypatch):
    screen, film = Screen(monkeypatch, -1, ord("x"), ord("q"), -1), Window("tracks")
    for _ in range(3):
        assert not film.is_closed
        film.show(RED)
    assert film.is_closed
    assert screen.shown == [[0, 0, 255]] * 3  # OpenCV's order


def test_a_picture_stays_until_a_key(monkeypatch):
    screen = Screen(monkeypatch, -1, -1, ord(" "), -1, 27, -1)
    with Window("clips", hold=True) as pictures:
        pictures.show(RED)
        assert (len(screen.keys), pictures.is_closed) == (3, False)
        pictures.show(RED)
        assert (len(screen.keys), pictures.is_closed) == (1, True)


def test_a_large_picture_fits_the_screen(monkeypatch):
    screen = Screen(monkeypatch, -1, -1)
    Window("tracks").show(np.zeros((1080, 1920, 3), np.uint8))
    assert screen.size == (1280, 720)


@pytest.mark.parametrize("hold", [False, True])
def test_the_close_button_ends(monkeypatch, hold):
    Screen(monkeypatch, -1)
    shown = Window("tracks", hold)
    shown.show(RED)
    shown.show(RED)
    assert shown.is_closed


def test_without_a_display_there_is_one_line(monkeypatch):
    monkeypatch.setattr(window.sys, "platform", "linux")
    for name in ("DISPLAY", "WAYLAND_DISPLAY"):
        monkeypatch.delenv(name, raising=False)
    with pytest.raises(FormatError, match="--show: there is no display; leave it out"):
        Window("tracks")


def test_opencv_without_windows_is_one_line(monkeypatch):
    Screen(monkeypatch)

    def headless(*_: object) -> None:
        raise cv2.error("The function is not implemented")

    monkeypatch.setattr(window.cv2, "namedWindow", headless)
    with pytest.raises(FormatError, match="OpenCV cannot open a window"):
        Window("tracks").show(RED)
