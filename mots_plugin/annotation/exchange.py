"""Masks out to annotation tools and back: labelme, CVAT, or 16-bit instance PNG."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from mots_plugin.annotation.box_videos import BoxVideo
from mots_plugin.formats.coco_video import VideoFrames
from mots_plugin.formats.cvat import read_cvat, write_cvat
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.id_png import id_png_values, read_id_png_folder, write_id_png_folder
from mots_plugin.formats.labelme import read_labelme_folder, write_labelme_file
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.rle import encode

_LABELME_TOLERANCE = 0.7  # pixels that an outline may move, so that people need not drag every corner of a staircase


@dataclass(frozen=True)
class Exchange:
    """A form in which masks go out and come back.

    Attributes:
        write: Writes masks of some frames of a video into a folder; they do not overlap.
        read: Reads the masks of a video from there, with the boxes' ids; none if there are no files of it.
        closing: What to tell the person who is asked to correct them.
    """

    write: Callable[[Path, BoxVideo, MaskTracks], None]
    read: Callable[[Path, BoxVideo], MaskTracks]
    closing: str


def changed(returned: MaskTracks, exported: MaskTracks) -> MaskTracks:
    """Return the masks that are not as they went out, or did not go out at all.

    Args:
        returned: Masks that came back.
        exported: Masks as they are when read back untouched.
    """
    keys = zip(exported.frames.tolist(), exported.track_ids.tolist(), strict=True)
    before = {key: mask["counts"] for key, mask in zip(keys, exported.masks, strict=True)}
    rows = zip(returned.frames.tolist(), returned.track_ids.tolist(), returned.masks, strict=True)
    return returned.select(np.array([before.get((f, t)) != mask["counts"] for f, t, mask in rows], bool))


def _write_labelme(folder: Path, video: BoxVideo, masks: MaskTracks) -> None:
    for frame in np.unique(masks.frames).tolist():
        rows = np.flatnonzero(masks.frames == frame).tolist()
        objects = [(int(masks.track_ids[row]), int(masks.class_ids[row]), masks.masks[row]) for row in rows]
        path = folder / video.name / f"{frame:06d}.json"
        image = os.path.relpath(video.images[frame], path.parent)
        write_labelme_file(path, image, objects, video.height, video.width, _LABELME_TOLERANCE, video.class_names)


def _read_labelme(folder: Path, video: BoxVideo) -> MaskTracks:
    own = folder / video.name
    if not own.is_dir():
        return MaskTracks(name=video.name)
    return read_labelme_folder(own, name=video.name, class_ids=video.class_ids)


def _write_cvat(folder: Path, video: BoxVideo, masks: MaskTracks) -> None:
    numbers = np.unique(masks.frames).tolist()
    names = [f"{video.name}/{video.images[number].name}" for number in numbers]
    frames = VideoFrames(video.name, numbers, names, video.height, video.width)
    write_cvat(folder / f"{video.name}.xml", frames, masks, video.class_names)


def _read_cvat(folder: Path, video: BoxVideo) -> MaskTracks:
    files = [path for path in (folder / f"{video.name}.xml", folder / f"{video.name}.zip") if path.is_file()]
    found = read_cvat(files[-1], video.class_ids) if files else {}
    return found.get(video.name, MaskTracks(name=video.name))


def _write_png(folder: Path, video: BoxVideo, masks: MaskTracks) -> None:
    values = dict(zip(*_png_values(video), strict=True))
    ids = np.array([values[track_id] for track_id in masks.track_ids.tolist()], np.int64)
    own = folder / video.name
    write_id_png_folder(own, replace(masks, track_ids=ids), np.unique(masks.frames).tolist(), video.height, video.width)


def _read_png(folder: Path, video: BoxVideo) -> MaskTracks:
    own = folder / video.name
    if not own.is_dir():
        return MaskTracks(name=video.name)
    masks = read_id_png_folder(own, name=video.name, own_classes=video.class_names)
    track_ids, values = _png_values(video)
    track_of = dict(zip(values, track_ids, strict=True))
    for row in np.flatnonzero(~np.isin(masks.track_ids, values)).tolist():
        problem = f"pixel value {masks.track_ids[row]} in frame {masks.frames[row]} is that of no box"
        raise FormatError(own, problem, f"use the values of the objects, such as {values[:5]}")
    return replace(masks, track_ids=np.array([track_of[value] for value in masks.track_ids.tolist()], np.int64))


def _png_values(video: BoxVideo) -> tuple[list[int], list[int]]:
    """Return the ids of a video's tracks and the pixel values that stand for them."""
    track_ids, first = np.unique(video.tracks.track_ids, return_index=True)
    nothing = [encode(np.zeros((1, 1), bool))] * len(track_ids)
    every = MaskTracks(np.zeros_like(track_ids), track_ids, video.tracks.class_ids[first], nothing, name=video.name)
    return track_ids.tolist(), id_png_values(every).astype(np.int64).tolist()


EXCHANGES = {
    "labelme": Exchange(_write_labelme, _read_labelme, "open each folder of json files with labelme"),
    "cvat": Exchange(_write_cvat, _read_cvat, "upload each XML to a CVAT task whose labels have a number track_id"),
    "png": Exchange(_write_png, _read_png, "repaint the 16-bit PNGs; a pixel is class id * 1000 + instance"),
}
