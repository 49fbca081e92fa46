"""Videos on disk."""

from __future__ import annotations

from pathlib import Path
from types import TracebackType

import cv2
import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.atomic import FREE_SPACE
from mots_plugin.formats.errors import FormatError


class VideoFile:
    """Writes frames to a video, which gets its name only when it is complete.

    Use it in a ``with`` block, which discards the video when an exception passes, or call ``close`` or ``discard``.

    Args:
        path: The video, such as ``street.mp4``. Until it is complete it is called ``street.part.mp4``.
        fps: Frames per second.
        codec: FourCC. OpenCV's own build always has ``mp4v``; ``vp09`` plays in browsers, at 40 times the time.
    """

    def __init__(self, path: str | Path, fps: float = 10.0, codec: str = "mp4v") -> None:
        self.path = Path(path)
        self.fps = fps
        self.codec = codec
        self.frames = 0
        self._partial = self.path.with_suffix(f".part{self.path.suffix}")
        self._size = (0, 0)
        self._writer: cv2.VideoWriter | None = None

    def write(self, frame: NDArray[np.uint8]) -> None:
        """Append a frame.

        Args:
            frame: ``(H, W, 3)`` uint8 RGB. The first frame settles the size, made even; others are resized to it.

        Raises:
            OSError: OpenCV cannot write such a video there.
        """
        if self._writer is None:
            self._writer = self._open(frame)
        height, width = frame.shape[:2]
        picture = cv2.cvtColor(frame, cv2.COLOR_RGB2BGR)
        if (width + width % 2, height + height % 2) == self._size:  # codecs halve the colour planes
            picture = cv2.copyMakeBorder(picture, 0, height % 2, 0, width % 2, cv2.BORDER_REPLICATE)
        else:
            picture = cv2.resize(picture, self._size, interpolation=cv2.INTER_AREA)
        self._writer.write(picture)
        self.frames += 1

    def close(self) -> None:
        """Finish the video and give it its name; without frames there is none.

        Raises:
            FormatError: The video lacks frames, as on a full disk, of which OpenCV says nothing; it is removed.
        """
        if not self._release():
            return
        written = cv2.VideoCapture(str(self._partial))
        found = int(written.get(cv2.CAP_PROP_FRAME_COUNT)) if written.isOpened() else 0
        written.release()
        if found < self.frames:
            self._partial.unlink(missing_ok=True)
            raise FormatError(self.path, f"cannot be written (only {found} of {self.frames} frames)", FREE_SPACE)
        self._partial.replace(self.path)

    def discard(self) -> None:
        """Remove what has been written."""
        if self._release():
            self._partial.unlink()

    def _open(self, frame: NDArray[np.uint8]) -> cv2.VideoWriter:
        height, width = frame.shape[:2]
        self._size = (width + width % 2, height + height % 2)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        writer = cv2.VideoWriter(str(self._partial), cv2.VideoWriter.fourcc(*self.codec), self.fps, self._size)
        if not writer.isOpened():
            raise OSError(f"{self.path}: OpenCV cannot write a video with codec {self.codec!r} here; try 'mp4v'")
        return writer

    def _release(self) -> bool:
        writer, self._writer = self._writer, None
        if writer is not None:
            writer.release()
        return writer is not None

    def __enter__(self) -> VideoFile:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.discard()
