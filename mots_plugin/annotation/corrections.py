"""Taking masks back from the people who corrected them."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from mots_plugin.annotation.exchange import EXCHANGES, changed
from mots_plugin.annotation.given_masks import match_given
from mots_plugin.annotation.project import Project
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt


def take_corrections(project: Project, source: Path | None = None, every: bool = False) -> Iterator[tuple[str, int]]:
    """Add masks that came back to those that people drew, and yield each video's name and how many these are.

    In round 0, in which a person was asked for each of them, all count; later those that were changed.

    Args:
        project: The project; a round that was begun is dropped, since it would mix old masks and new.
        source: Folder of what came back, laid out as it went out; by default where it went out to.
        every: Let masks that were left as they went out count too, as confirmed.

    Raises:
        FormatError: No round was finished, a file cannot be read, a mask has no box, or nothing came back at all.
    """
    number = project.round
    if number < 0:
        raise FormatError(project.folder, "has not asked for any mask yet", "finish tools/annotate_masks.py start")
    exchange = EXCHANGES[project.settings.exchange]
    folder = project.round_folder(number)
    source = source or folder / project.settings.exchange
    returned = {video.name: (video, exchange.read(source, video)) for video in project.videos()}
    if not any(len(masks) for _, masks in returned.values()):
        cure = f"give the folder that holds what was {source.name}'s, one file or folder a video"
        raise FormatError(source, "holds no mask of any video", cure)
    for video, masks in returned.values():
        match_given(video, masks)
    unfinished = project.round_folder(number + 1)
    if unfinished.exists():
        shutil.rmtree(unfinished)
    for name, (video, masks) in returned.items():
        if number and not every:
            masks = changed(masks, read_mots_txt(folder / "exported" / f"{name}.txt", check=False))
        if len(masks):
            project.add_given(name, _with_classes_of_boxes(video.tracks.track_ids, video.tracks.class_ids, masks))
        yield name, len(masks)


def _with_classes_of_boxes(track_ids: np.ndarray, class_ids: np.ndarray, masks: MaskTracks) -> MaskTracks:
    """Boxes say what an object is, whatever label its mask came back with."""
    class_of = dict(zip(track_ids.tolist(), class_ids.tolist(), strict=True))
    classes = np.array([class_of[track_id] for track_id in masks.track_ids.tolist()], np.int64)
    return MaskTracks(masks.frames, masks.track_ids, classes, masks.masks, source=masks.source, name=masks.name)
