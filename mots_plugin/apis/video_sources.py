"""Frames from wherever people have them: a video file, a folder of images, a camera. One in memory at a time."""

from __future__ import annotations

import os
import re
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any, Protocol

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_images import IMAGE_EXTENSIONS
from mots_plugin.formats.image_content import decode_image

_CAMERA_ADDRESS = re.compile(r"\d+|(rtsps?|rtmp|https?|udp|tcp)://.+")


@dataclass(frozen=True)
class SourceFrame:
    """One frame.

    Attributes:
        image: ``(H, W, 3)`` uint8 BGR.
        number: Number in the source: from 0 in a video, in the name of an image.
        seconds: Since the first frame; NaN where time is not known.
    """

    image: NDArray[np.uint8]
    number: int
    seconds: float


class FrameSource(Protocol):
    """Anything with frames, to be used in a ``with`` block.

    Attributes:
        name: What results are called.
        frame_rate: Frames per second, after leaving some out; None if unknown.
        length: Number of frames, as far as it is known.
        live: Whether time goes on while nobody looks.
    """

    name: str
    frame_rate: float | None
    length: int | None
    live: bool

    def __iter__(self) -> Iterator[SourceFrame]:
        """Yield the frames, in order, once."""

    def __enter__(self) -> FrameSource:
        """Open it."""

    def __exit__(self, *error: object) -> None:
        """Let go of it."""


def open_source(source: str | int | os.PathLike[str], stride: int = 1, max_frames: int | None = None) -> FrameSource:
    """Find out what a source is.

    Args:
        source: A video file, a folder of images, the number of a camera or the address of a stream.
        stride: Take every so many frames.
        max_frames: Stop after so many frames.

    Raises:
        FormatError: It is none of these, or cannot be opened.
    """
    if stride < 1 or (max_frames is not None and max_frames < 1):
        raise FormatError(str(source), f"stride {stride}, max_frames {max_frames}", "choose 1 or more")
    text, path = str(source), Path(str(source))
    if _CAMERA_ADDRESS.fullmatch(text) and not path.exists():
        name = f"camera_{text}" if text.isdecimal() else re.sub(r"\W+", "_", text)
        return CameraSource(_open(int(text) if text.isdecimal() else text, f"camera {text}"), name, stride, max_frames)
    if path.is_dir():
        return ImageFolderSource(path, stride, max_frames)
    if not path.exists():
        raise FormatError(path, "not found", "name a video file, a folder of images, or a camera by its number")
    return VideoFileSource(path, stride, max_frames)


class VideoFileSource:
    """The frames of a video file.

    Args:
        path: The file.
        stride: Take every so many frames; the others are not decoded.
        max_frames: Stop after so many.

    Raises:
        FormatError: OpenCV cannot read it.
    """

    live = False

    def __init__(self, path: Path, stride: int, max_frames: int | None) -> None:
        self.name = path.stem
        self.path, self.stride, self.max_frames = path, stride, max_frames
        self._capture = _open(str(path), path)
        self.length: int | None = None
        rate, count = self._capture.get(cv2.CAP_PROP_FPS), int(self._capture.get(cv2.CAP_PROP_FRAME_COUNT))
        self._rate = rate if rate > 0 else None
        self.frame_rate = rate / stride if rate > 0 else None
        if count > 0:  # of streams in a file it may be unknown
            self.length = min(-(-count // stride), max_frames or count)

    def __iter__(self) -> Iterator[SourceFrame]:
        number = 0
        while (self.max_frames is None or number < self.max_frames * self.stride) and self._capture.grab():
            if number % self.stride == 0:
                ok, image = self._capture.retrieve()
                if not ok:
                    break
                yield SourceFrame(np.asarray(image, np.uint8), number, number / self._rate if self._rate else np.nan)
            number += 1
        if number == 0:
            raise FormatError(self.path, "holds no frame that OpenCV can decode", "convert it to H.264 in an mp4 file")

    def __enter__(self) -> VideoFileSource:
        return self

    def __exit__(self, *error: object) -> None:
        self._capture.release()


class ImageFolderSource:
    """Images of a folder, in the order of the numbers in their names, or of their names.

    Args:
        folder: The folder.
        stride: Take every so many images.
        max_frames: Stop after so many.

    Raises:
        FormatError: There is no image.
    """

    live = False
    frame_rate: float | None = None

    def __init__(self, folder: Path, stride: int, max_frames: int | None) -> None:
        self.name = folder.resolve().name
        paths = [path for path in folder.iterdir() if path.suffix.lower() in IMAGE_EXTENSIONS]
        paths = sorted(path for path in paths if not path.name.startswith("."))
        if not paths:
            raise FormatError(folder, "holds no image", f"put one a frame there ({', '.join(IMAGE_EXTENSIONS)})")
        numbers = [int(digits[-1]) if (digits := re.findall(r"\d+", path.stem)) else -1 for path in paths]
        if len(set(numbers)) < len(numbers) or -1 in numbers:
            numbers = list(range(len(paths)))
        self._numbered = sorted(zip(numbers, paths, strict=True))[::stride][:max_frames]
        self.length: int | None = len(self._numbered)

    def __iter__(self) -> Iterator[SourceFrame]:
        size: tuple[int, ...] | None = None
        for number, path in self._numbered:
            image = decode_image(path.read_bytes(), cv2.IMREAD_COLOR, path, "restore the file, or remove it")
            size = size or image.shape
            if image.shape != size:
                problem = "is {1} x {0}, the images before {3} x {2}".format(*image.shape[:2], *size[:2])
                raise FormatError(path, problem, "give all images of a video one size")
            yield SourceFrame(np.asarray(image, np.uint8), number, np.nan)

    def __enter__(self) -> ImageFolderSource:
        return self

    def __exit__(self, *error: object) -> None:
        pass


class CameraSource:
    """The latest frame of a camera, whenever one is asked for: those that came in between are dropped.

    Args:
        capture: Has ``read()``, which waits for the next frame, ``get(property)`` and ``release()``.
        name: What results are called.
        stride: Leave at least so many frames between two.
        max_frames: Stop after so many.
    """

    live = True

    def __init__(self, capture: Any, name: str, stride: int = 1, max_frames: int | None = None) -> None:
        self.name, self.stride, self.length = name, stride, max_frames
        self.dropped = 0
        self._capture = capture
        rate = capture.get(cv2.CAP_PROP_FPS)
        self.frame_rate: float | None = (rate if 0 < rate <= 240 else 30.0) / stride
        self._news = threading.Condition()
        self._latest: SourceFrame | None = None
        self._ended = False
        self._reader = threading.Thread(target=self._read, daemon=True)

    def __iter__(self) -> Iterator[SourceFrame]:
        return islice(self._frames(), self.length)

    def _frames(self) -> Iterator[SourceFrame]:
        wanted = 0
        while True:
            with self._news:
                while not self._ended and (self._latest is None or self._latest.number < wanted):
                    self._news.wait(0.5)  # not for ever, so that Ctrl-C is heard
                frame = self._latest
                if frame is None or frame.number < wanted:
                    return
            self.dropped += frame.number - wanted
            wanted = frame.number + self.stride
            yield frame

    def _read(self) -> None:
        number, start = 0, time.monotonic()
        while not self._ended:
            ok, image = self._capture.read()
            with self._news:
                if ok:
                    self._latest = SourceFrame(image, number, time.monotonic() - start)
                    number += 1
                else:
                    self._ended = True
                self._news.notify_all()

    def __enter__(self) -> CameraSource:
        self._reader.start()
        return self

    def __exit__(self, *error: object) -> None:
        self._ended = True
        self._reader.join(timeout=5)
        self._capture.release()


def _open(address: str | int, name: str | Path) -> cv2.VideoCapture:
    capture = cv2.VideoCapture(address)
    if not capture.isOpened():
        raise FormatError(
            name, "cannot be opened by OpenCV", "check that it exists, and that no other program holds it"
        )
    return capture
