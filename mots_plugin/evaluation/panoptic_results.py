"""Panoptic tracking results on their way to disk, in the layout of the STEP benchmarks."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.step_png import write_step_png


class PanopticResultWriter:
    """Writes finished frames as ``<video>/FFFFFF.png``.

    A video grows in a hidden folder and gets its name when it is finished, so a folder that is there is complete. What
    an interrupted run left behind is overwritten by the next.

    Args:
        folder: Where the videos go; created if need be.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self._last_frames: dict[str, int] = {}

    def append(self, video: str, frame: int, ids: NDArray[np.uint32]) -> None:
        """Write one frame.

        Args:
            video: Name of the video.
            frame: Number of the frame in the source; later than all frames of the video so far.
            ids: ``(H, W)`` panoptic ids.

        Raises:
            ValueError: The frame is not later than the ones before, or the ids are none.
        """
        if video not in self._last_frames:
            shutil.rmtree(self._growing(video), ignore_errors=True)
        last_frame = self._last_frames.get(video, -1)
        if frame <= last_frame:
            raise ValueError(f"video {video}: frame {frame} comes after frame {last_frame}; frames must ascend")
        self._last_frames[video] = frame
        write_step_png(self._growing(video) / f"{frame:06d}.png", ids)

    def finish(self, video: str) -> Path:
        """Give the folder of a video its name, in place of what an earlier run left there.

        Args:
            video: Name of the video.

        Returns:
            The folder.
        """
        del self._last_frames[video]
        folder = self.folder / video
        shutil.rmtree(folder, ignore_errors=True)
        os.replace(self._growing(video), folder)
        return folder

    def discard_unfinished(self) -> None:
        """Remove the folders of videos that have not been finished."""
        for video in self._last_frames:
            shutil.rmtree(self._growing(video), ignore_errors=True)
        self._last_frames.clear()

    def _growing(self, video: str) -> Path:
        return self.folder / f".{video}.part"
