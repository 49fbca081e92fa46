"""A window on the screen."""

from __future__ import annotations

import os
import sys
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError

_ENDING_KEYS = (ord("q"), 27)  # 27 is Escape
_WIDTH, _HEIGHT = 1280, 720
_GLANCE = 50  # milliseconds between two looks at whether somebody has closed the window


class Window:
    """Shows pictures; q, Escape or its close button ends.

    Args:
        title: What it is called.
        hold: Wait with each picture for a key, rather than show a film.

    Attributes:
        is_closed: Whether its user wants no more.

    Raises:
        FormatError: There is no display; OpenCV would end the process.
    """

    def __init__(self, title: str, hold: bool = False) -> None:
        if sys.platform.startswith("linux") and not {"DISPLAY", "WAYLAND_DISPLAY"} & os.environ.keys():
            raise FormatError("--show", "there is no display", "leave it out, and look at the files that are written")
        self.title, self.hold = title, hold
        self.is_closed = False
        self._is_open = False

    def show(self, picture: NDArray[np.uint8]) -> None:
        """Show an ``(H, W, 3)`` RGB picture, and listen to the keyboard."""
        try:
            if self._is_open and cv2.getWindowProperty(self.title, cv2.WND_PROP_VISIBLE) < 1:
                self.is_closed = True
                return
            if not self._is_open:
                self._open(picture)
            cv2.imshow(self.title, np.ascontiguousarray(picture[..., ::-1]))
            key = cv2.waitKey(_GLANCE if self.hold else 1)
            while self.hold and key < 0 and cv2.getWindowProperty(self.title, cv2.WND_PROP_VISIBLE) >= 1:
                key = cv2.waitKey(_GLANCE)
            self.is_closed = key & 0xFF in _ENDING_KEYS or (self.hold and key < 0)
        except cv2.error as error:
            problem = f"OpenCV cannot open a window ({error.err})"
            raise FormatError("--show", problem, "leave it out, or install opencv-python with a display") from error

    def _open(self, picture: NDArray[np.uint8]) -> None:
        """Open a window that its user can resize, no larger than most screens at first."""
        height, width = picture.shape[:2]
        scale = min(1.0, _WIDTH / width, _HEIGHT / height)
        cv2.namedWindow(self.title, cv2.WINDOW_NORMAL | cv2.WINDOW_KEEPRATIO | cv2.WINDOW_GUI_NORMAL)
        cv2.resizeWindow(self.title, round(width * scale), round(height * scale))
        self._is_open = True

    def __enter__(self) -> Window:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._is_open:
            cv2.destroyAllWindows()
