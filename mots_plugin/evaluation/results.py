"""Tracking results on their way to disk, frame by frame, so that a long video costs no memory."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.box_faults import find_box_faults
from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mot_txt import format_mot_line
from mots_plugin.formats.mots_txt import format_mots_line
from mots_plugin.formats.rle import RLE
from mots_plugin.formats.video_text_files import VideoTextFiles


class ResultWriter:
    """Appends finished frames to one text file a video, ``<video>.txt``; subclasses know what a frame holds.

    A file that is there is complete; see :class:`~mots_plugin.formats.video_text_files.VideoTextFiles`.

    Args:
        folder: Where the files go; created if need be.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self._files = VideoTextFiles(folder)

    @property
    def unfinished(self) -> dict[str, int]:
        """Number of frames so far of each video that has been started and not finished."""
        return self._files.unfinished

    def finish(self, video: str) -> Path:
        """Close a video and give its file the final name.

        Args:
            video: Name of the video.

        Returns:
            The file.
        """
        return self._files.finish(video)

    def discard_unfinished(self) -> None:
        """Remove the files of videos that have not been finished."""
        self._files.discard_unfinished()


class TrackResultWriter(ResultWriter):
    """Writes masks as ``frame track_id class_id height width rle``."""

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
            class_ids: ``(M,)`` 1 car, 2 pedestrian, others of one's own.
            masks: M masks in the original image that share no pixel.

        Returns:
            Number of frames of the video so far, this one included.

        Raises:
            FormatError: Masks overlap, have different sizes or an id occurs twice; nothing is written.
            ValueError: The frame is not later than the ones before.
        """
        self._files.check_order(video, frame)
        source = str(self._files.path(video))
        tracks = MaskTracks(np.full(len(track_ids), frame), track_ids, class_ids, list(masks), source=source)
        faults = [fault for fault in find_faults(tracks, class_ids=tracks.class_ids.tolist()) if fault.kind != "empty"]
        if faults:
            raise faults[0].error()
        columns = zip(tracks.track_ids.tolist(), tracks.class_ids.tolist(), masks, strict=True)
        lines = (format_mots_line(frame, track_id, class_id, mask) for track_id, class_id, mask in columns)
        return self._files.append(video, frame, lines)


class BoxResultWriter(ResultWriter):
    """Writes boxes as MOTChallenge has results: ``frame,id,x,y,w,h,score,class,-1,-1``."""

    def append(
        self,
        video: str,
        frame: int,
        track_ids: NDArray[np.int64],
        class_ids: NDArray[np.int64],
        boxes: NDArray[np.floating],
        scores: NDArray[np.floating],
    ) -> int:
        """Write one frame.

        Args:
            video: Name of the video.
            frame: Number of the frame in the source; later than all frames of the video so far.
            track_ids: ``(M,)`` identities, each once.
            class_ids: ``(M,)`` numbers of the classes, -1 for none.
            boxes: ``(M, 4)`` xyxy in the original image.
            scores: ``(M,)`` confidences.

        Returns:
            Number of frames of the video so far, this one included.

        Raises:
            FormatError: An id is negative or occurs twice, or a box is not finite or turned inside out; nothing is
                written.
            ValueError: The frame is not later than the ones before.
        """
        self._files.check_order(video, frame)
        source = str(self._files.path(video))
        tracks = BoxTracks(
            frames=np.full(len(track_ids), frame),
            track_ids=track_ids,
            boxes=np.asarray(boxes, np.float64),
            scores=np.asarray(scores, np.float64),
            class_ids=class_ids,
            source=source,
        )
        faults = find_box_faults(tracks, ids_needed=True)
        if faults:
            raise faults[0].error()
        columns = (tracks.track_ids, tracks.boxes, tracks.scores, tracks.class_ids)
        rows = zip(*(column.tolist() for column in columns), strict=True)
        return self._files.append(video, frame, (format_mot_line(frame, *row) for row in rows))
