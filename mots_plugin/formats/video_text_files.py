"""Text files that grow frame by frame, one a video, and that are complete when they are there."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mots_plugin.formats.atomic import append_whole, full_disk_named


@dataclass
class _OpenVideo:
    file: BinaryIO
    frames: int = 0
    last_frame: int = -1


class VideoTextFiles:
    """Appends finished frames to one text file a video, ``<video>.txt``.

    A video grows under a temporary name in the same folder and gets its own when it is finished. What an interrupted
    run left behind is overwritten by the next. Memory does not grow with the length of a video.

    Args:
        folder: Where the files go; created if need be.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._videos: dict[str, _OpenVideo] = {}

    @property
    def unfinished(self) -> dict[str, int]:
        """Number of frames so far of each video that has been started and not finished."""
        return {name: video.frames for name, video in self._videos.items()}

    def path(self, video: str) -> Path:
        """Return where the finished file of a video lies."""
        return self.folder / f"{video}.txt"

    def check_order(self, video: str, frame: int) -> None:
        """Raise ``ValueError`` if a frame is not later than those that a video has."""
        last_frame = self._videos[video].last_frame if video in self._videos else -1
        if frame <= last_frame:
            raise ValueError(f"video {video}: frame {frame} comes after frame {last_frame}; frames must ascend")

    def append(self, video: str, frame: int, lines: Iterable[str]) -> int:
        """Write one frame.

        Args:
            video: Name of the video.
            frame: Number of the frame, later than all frames of the video so far.
            lines: Its lines, without line ends; none for a frame without objects.

        Returns:
            Number of frames of the video so far, this one included.

        Raises:
            FormatError: The disk is full; the file ends with the frame before.
            ValueError: The frame is not later than the ones before.
        """
        self.check_order(video, frame)
        with full_disk_named(self.path(video)):
            if video not in self._videos:
                self._videos[video] = _OpenVideo(open(self._temporary(video), "wb", buffering=0))
            state = self._videos[video]
            # In one piece and without a buffer: what is done can be seen, outlives the process, and ends with a line.
            append_whole(state.file, "".join(line + "\n" for line in lines).encode())
        state.frames += 1
        state.last_frame = frame
        return state.frames

    def finish(self, video: str) -> Path:
        """Close a video and give its file the final name.

        Args:
            video: Name of the video.

        Returns:
            The file.
        """
        with self._videos.pop(video).file as file, full_disk_named(self.path(video)):
            os.fsync(file.fileno())
        os.replace(self._temporary(video), self.path(video))
        return self.path(video)

    def discard_unfinished(self) -> None:
        """Remove the files of videos that have not been finished."""
        for name, video in self._videos.items():
            video.file.close()
            self._temporary(name).unlink(missing_ok=True)
        self._videos.clear()

    def _temporary(self, video: str) -> Path:
        return self.folder / f".{video}.txt.part"
