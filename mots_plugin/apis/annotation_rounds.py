"""The rounds of semi-automatic annotation (MOTS paper, section 3): what the network does between two corrections."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from mots_plugin.annotation.box_videos import BoxVideo
from mots_plugin.annotation.chosen_frames import spread_over_track
from mots_plugin.annotation.exchange import EXCHANGES
from mots_plugin.annotation.given_masks import match_given
from mots_plugin.annotation.mask_result import without_overlaps
from mots_plugin.annotation.project import Project
from mots_plugin.apis.checkpoints import check_fits, read_checkpoint
from mots_plugin.apis.config_files import read_config
from mots_plugin.apis.object_refinement import ObjectRefiner
from mots_plugin.apis.track_refinement import TrackRefiner, describe_objects
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import write_mots_txt
from mots_plugin.formats.rle import RLE


def ask_for_first_masks(project: Project) -> Iterator[tuple[str, int]]:
    """Write drafts of the masks that a person shall draw, and yield each video's name and how many these are.

    The drafts are what the network, not tuned yet, makes of the boxes.
    """
    refiner = _network(project)
    for video in project.videos():
        rows = np.flatnonzero(first_boxes(video, project.settings.masks_per_object))
        objects = describe_objects(video)
        masks = refiner.predict([objects[row] for row in rows])
        tracks = without_overlaps(video.tracks.select(rows), masks)
        _hand_out(project, 0, video, tracks)
        yield video.name, len(tracks)
    project.finish_round(0)


def first_boxes(video: BoxVideo, masks_per_object: int) -> NDArray[np.bool_]:
    """Return which boxes, ``(N,)``, a person is asked to draw masks of before anything else."""
    tracks = video.tracks
    chosen = np.zeros(len(tracks), bool)
    for track_id in np.unique(tracks.track_ids):
        own = tracks.track_ids == track_id
        chosen |= own & np.isin(tracks.frames, spread_over_track(np.sort(tracks.frames[own]), masks_per_object))
    return chosen


def run_round(project: Project) -> Iterator[tuple[str, int, int]]:
    """Make the masks of all boxes from those that people drew; yield video, objects done and objects in it.

    The network is tuned on all masks given first, then, from there, to each object. What is done stays on disk: a round
    that was stopped goes on where it stopped, and ends as it would have.

    Raises:
        FormatError: No mask was given yet.
    """
    number = project.round + 1
    folder = project.round_folder(number)
    videos = {video.name: video for video in project.videos()}
    given = {name: project.given(name) for name in videos}
    if not any(map(len, given.values())):
        cure = "draw the masks asked for, then tools/annotate_masks.py take"
        raise FormatError(project.folder, "no mask was given yet", cure)
    refiner = _network(project)
    _tune_on_all(refiner, folder / "tuned.pth", [(videos[name], masks) for name, masks in given.items()])
    tracks = TrackRefiner(refiner, folder / "objects")
    for name, video in videos.items():
        masks: list[RLE] = [{"size": [video.height, video.width], "counts": b""}] * len(video)
        count = len(np.unique(video.tracks.track_ids))
        for done, (rows, made) in enumerate(tracks.refine(video, given[name]), 1):
            for row, mask in zip(rows.tolist(), made, strict=True):
                masks[row] = mask
            yield name, done, count
        result = without_overlaps(video.tracks, masks, given=match_given(video, given[name]) >= 0)
        write_mots_txt(project.folder / "masks" / f"{name}.txt", result)
        _hand_out(project, number, video, result)
    project.finish_round(number)


def _network(project: Project) -> ObjectRefiner:
    return ObjectRefiner(read_config(project.settings.config, {}), project.settings.checkpoint)


def _tune_on_all(refiner: ObjectRefiner, path: Path, given: list[tuple[BoxVideo, MaskTracks]]) -> None:
    if path.is_file():
        content = read_checkpoint(path)
        check_fits(path, content, refiner.model)
        refiner.restore(content["state_dict"])
        return
    examples = []
    for video, masks in given:
        for item, row in zip(describe_objects(video), match_given(video, masks).tolist(), strict=True):
            examples += [{**item, "mask": masks.masks[row]}] if row >= 0 else []
    refiner.fine_tune(examples, "all_objects")
    with atomic_write(path, "wb") as file:
        torch.save({"state_dict": refiner.weights}, file)


def _hand_out(project: Project, number: int, video: BoxVideo, masks: MaskTracks) -> None:
    """Write masks for correction, and, beside them, what reading them back untouched gives."""
    folder = project.round_folder(number)
    exchange = EXCHANGES[project.settings.exchange]
    exchange.write(folder / project.settings.exchange, video, masks)
    write_mots_txt(folder / "exported" / f"{video.name}.txt", exchange.read(folder / project.settings.exchange, video))
