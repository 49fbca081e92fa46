"""Masks for whole tracks: the network is tuned to each object on the masks given for it, then run on all its boxes."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from mots_plugin.annotation.box_videos import BoxVideo
from mots_plugin.annotation.given_masks import match_given
from mots_plugin.apis.object_refinement import ObjectRefiner
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt, write_mots_txt
from mots_plugin.formats.rle import RLE

Object = dict
"""A box as :class:`ObjectRefiner` takes it."""


def describe_objects(video: BoxVideo) -> list[Object]:
    """Return each box of a video, in its order."""
    boxes = zip(video.tracks.frames.tolist(), video.tracks.boxes.tolist(), strict=True)
    return [{"img_path": str(video.images[frame]), "bbox": box} for frame, box in boxes]


class TrackRefiner:
    """Makes the masks of videos, object by object, and keeps each object's on disk as soon as it is done.

    Args:
        refiner: The network; its weights as they are now are where the tuning to each object starts.
        folder: Where to keep the masks of finished objects, ``VIDEO/TRACK.txt``, and where to take up work that was
            stopped; None keeps nothing.
    """

    def __init__(self, refiner: ObjectRefiner, folder: str | os.PathLike[str] | None = None) -> None:
        self._refiner = refiner
        self._weights = refiner.weights
        self._folder = None if folder is None else Path(folder)

    def refine(self, video: BoxVideo, given: MaskTracks) -> Iterator[tuple[NDArray[np.intp], list[RLE]]]:
        """Yield, track by track, the rows of its boxes in order of frame and their masks; overlaps are not resolved.

        Masks that were given are passed on. An object without any gets what the network makes of its boxes untuned.

        Args:
            video: The boxes.
            given: Masks drawn by people, with the boxes' frame numbers and track ids.

        Raises:
            FormatError: A mask has no box (see :func:`match_given`), or an image cannot be read.
        """
        objects, given_row = describe_objects(video), match_given(video, given)
        for track_id in np.unique(video.tracks.track_ids).tolist():
            rows = np.flatnonzero(video.tracks.track_ids == track_id)
            rows = rows[np.argsort(video.tracks.frames[rows], kind="stable")]
            path = None if self._folder is None else self._folder / video.name / f"{track_id}.txt"
            done = MaskTracks()
            if path is not None and path.is_file():
                done = read_mots_txt(path, class_ids=video.class_names)
            if np.array_equal(done.frames, video.tracks.frames[rows]):
                yield rows, list(done.masks)
                continue
            masks = {row: given.masks[int(given_row[row])] for row in rows.tolist() if given_row[row] >= 0}
            rest = [row for row in rows.tolist() if row not in masks]
            if rest:
                self._refiner.restore(self._weights)
                examples = [{**objects[row], "mask": mask} for row, mask in masks.items()]
                if examples:
                    # One seed an object, so that a run that is taken up in the middle ends as one that was not stopped.
                    self._refiner.fine_tune(examples, "one_object", crc32(f"{video.name}/{track_id}".encode()))
                masks.update(zip(rest, self._refiner.predict([objects[row] for row in rest]), strict=True))
            in_order = [masks[row] for row in rows.tolist()]
            if path is not None:
                columns = (video.tracks.frames[rows], video.tracks.track_ids[rows], video.tracks.class_ids[rows])
                write_mots_txt(path, MaskTracks(*columns, in_order))
            yield rows, in_order
