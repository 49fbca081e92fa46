"""Tracking results on their way to disk, frame by frame, so that a long video costs no memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import format_mots_line
from mots_plugin.formats.rle import RLE


@dataclass
class _OpenVideo:
    file: IO[str]
    frames: int = 0
    last_frame: int = -1


class TrackResultWriter:
    """Appends finished frames to one MOTS text file a video, ``<video>.txt``.

    A video grows under a temporary name in the same folder and gets its own when it is finished, so a file that is
    there is complete. What an interrupted run left behind is overwritten by the next.

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

    def append(
        self,
        video: str,
        frame: int,
        track_ids: NDArray[np.int64],
        class_ids: NDArray[np.int64],
        masks: Sequence[RLE],
    ) -> int:
        """Write one frame.

        Args:
            video: Name of the video.
            frame: Number of the frame in the source; later than all frames of the video so far.
            track_ids: ``(M,)`` identities, each once.
            class_ids: ``(M,)`` 1 car, 2 pedestrian.
            masks: M masks in the original image that share no pixel.

        Returns:
            Number of frames of the video so far, this one included.

        Raises:
            FormatError: Masks overlap, have different sizes or an id occurs twice; nothing is written.
            ValueError: The frame is not later than the ones before.
        """
        last_frame = self._videos[video].last_frame if video in self._videos else -1
        if frame <= last_frame:
            raise ValueError(f"video {video}: frame {frame} comes after frame {last_frame}; frames must ascend")
        source = str(self.folder / f"{video}.txt")
        tracks = MaskTracks(np.full(len(track_ids), frame), track_ids, class_ids, list(masks), source=source)
        faults = [fault for fault in find_faults(tracks) if fault.kind != "empty"]
        if faults:
            raise faults[0].error()
        if video not in self._videos:
            self._videos[video] = _OpenVideo(open(self._temporary(video), "w", encoding="utf-8", newline="\n"))
        state = self._videos[video]
        columns = zip(tracks.track_ids.tolist(), tracks.class_ids.tolist(), masks, strict=True)
        lines = (format_mots_line(frame, track_id, class_id, mask) for track_id, class_id, mask in columns)
        state.file.writelines(line + "\n" for line in lines)
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
        file = self._videos.pop(video).file
        file.flush()
        os.fsync(file.fileno())
        file.close()
        path = self.folder / f"{video}.txt"
        os.replace(self._temporary(video), path)
        return path

    def discard_unfinished(self) -> None:
        """Remove the files of videos that have not been finished."""
        for name, video in self._videos.items():
            video.file.close()
            self._temporary(name).unlink(missing_ok=True)
        self._videos.clear()

    def _temporary(self, video: str) -> Path:
        return self.folder / f".{video}.txt.part"
