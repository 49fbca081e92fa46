"""An annotation project: a folder of plain files that says what is annotated, with what, and how far it is.

::

    project.json                   settings, and the number of the last finished round
    given/NAME.txt                 masks that people drew, as KITTI MOTS text with the boxes' frames and ids
    round_00/…, round_01/…         what each round made: masks to correct, and the work behind them
    masks/NAME.txt                 the result of the last round
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

import numpy as np

from mots_plugin.annotation.box_videos import BoxVideo, find_box_files, find_images, read_box_video
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import read_mots_txt, write_mots_txt
from mots_plugin.formats.reading import read_json, surprises_named

_FILE = "project.json"


@dataclass(frozen=True)
class Settings:
    """What a project is made of; all paths absolute.

    Attributes:
        boxes: Box text, a file or a folder (see :func:`find_box_files`).
        box_format: ``'mot'``, ``'kitti'`` or ``'tracks'``.
        images: Folder of images (see :func:`find_images`).
        class_id: Class of boxes for which the file has none, None where it has.
        config: Config of the refinement network.
        checkpoint: Its weights.
        exchange: Form in which masks go out to be corrected and come back: ``'labelme'``, ``'cvat'`` or ``'png'``.
        masks_per_object: How many masks a person is asked for first; 2 in the paper.
        own_classes: Ids by name of classes besides car and pedestrian.
    """

    boxes: str
    box_format: str
    images: str
    class_id: int | None
    config: str
    checkpoint: str
    exchange: str
    masks_per_object: int
    own_classes: Mapping[str, int] = field(default_factory=dict)


class Project:
    """A project on disk; every change is one file that is replaced in one step.

    Args:
        folder: The project's folder.

    Raises:
        FormatError: There is no project in it, or its file is damaged.
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        path = self.folder / _FILE
        cure = "start a project with tools/annotate_masks.py start"
        if not path.is_file():
            raise FormatError(path, "not found", cure)
        data = read_json(path, cure, "is no annotation project")
        with surprises_named(path, "is no annotation project", cure):
            self.round = int(data.pop("round"))
            own_classes = {name: int(number) for name, number in data.pop("own_classes", {}).items()}
            self.settings = Settings(**data, own_classes=own_classes)

    @classmethod
    def start(cls, folder: str | os.PathLike[str], settings: Settings) -> Project:
        """Make a project, at round -1: nothing has been asked of anybody yet.

        Raises:
            FormatError: The folder has one already, with other settings.
        """
        path = Path(folder) / _FILE
        if path.is_file():
            project = cls(folder)
            if project.settings != settings:
                raise FormatError(path, "is a project with other settings", "choose another folder, or remove this one")
            return project
        _write(path, settings, -1)
        return cls(folder)

    def finish_round(self, number: int) -> None:
        """Note that a round is done."""
        _write(self.folder / _FILE, self.settings, number)
        self.round = number

    def round_folder(self, number: int) -> Path:
        """Where a round keeps its files."""
        return self.folder / f"round_{number:02d}"

    def videos(self) -> Iterator[BoxVideo]:
        """Read the boxes of each video, with its images."""
        settings = self.settings
        for name, path in find_box_files(Path(settings.boxes)).items():
            images = find_images(Path(settings.images), name)
            yield read_box_video(
                path,
                name,
                settings.box_format,
                class_id=settings.class_id,
                own_classes=settings.own_classes,
                images=images,
            )

    def given(self, name: str) -> MaskTracks:
        """Return the masks that people drew for a video, so far."""
        path = self._given_file(name)
        return read_mots_txt(path, check=False, name=name) if path.is_file() else MaskTracks(name=name)

    def add_given(self, name: str, masks: MaskTracks) -> None:
        """Add masks of a video; one of the same frame and track replaces what was there."""
        before = self.given(name)
        new = set(zip(masks.frames.tolist(), masks.track_ids.tolist(), strict=True))
        keys = zip(before.frames.tolist(), before.track_ids.tolist(), strict=True)
        kept = before.select(np.array([key not in new for key in keys], bool))
        merged = MaskTracks(
            frames=np.concatenate([kept.frames, masks.frames]),
            track_ids=np.concatenate([kept.track_ids, masks.track_ids]),
            class_ids=np.concatenate([kept.class_ids, masks.class_ids]),
            masks=[*kept.masks, *masks.masks],
        )
        write_mots_txt(self._given_file(name), merged)

    def _given_file(self, name: str) -> Path:
        return self.folder / "given" / f"{name}.txt"


def _write(path: Path, settings: Settings, number: int) -> None:
    with atomic_write(path) as file:
        json.dump({**asdict(settings), "round": number}, file, indent=1)
