"""Panoptic maps as COCO-video annotations: a mask for each thing, its identity the instance of the map.

Crowds, pixels of a thing class with instance 0, become ignore regions. Stuff has no annotation: it is read from the
maps.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.coco_video import VideoFrames
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_images import list_frame_images, read_image_size
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.rle import RLE, encode
from mots_plugin.formats.step_classes import PanopticClasses
from mots_plugin.formats.step_png import INSTANCE_BITS, MAX_INSTANCE
from mots_plugin.formats.step_sequences import StepSequence


def thing_categories(classes: PanopticClasses) -> dict[int, str]:
    """Return the categories of a data set's json: things, numbered from 1, and the ignore category.

    Raises:
        FormatError: More things than there are numbers below the ignore category's.
    """
    names = [classes.names[class_id] for class_id in sorted(classes.things)]
    if len(names) >= IGNORE_CLASS:
        problem = f"has {len(names)} classes of things"
        raise FormatError("class list", problem, f"name at most {IGNORE_CLASS - 1} things")
    return {**dict(enumerate(names, 1)), IGNORE_CLASS: "ignore"}


def read_step_video(
    maps: StepSequence, images: Path, root: Path, classes: PanopticClasses
) -> tuple[VideoFrames, MaskTracks]:
    """Read a sequence.

    Args:
        maps: Its panoptic maps.
        images: Folder of its images, with a map for each.
        root: What file names are relative to.
        classes: The data set's classes.

    Raises:
        FormatError: An image without a map, a map of another size, or one with unknown classes.
        OSError: A file cannot be read.
    """
    files = list_frame_images(images)
    height, width = read_image_size(next(iter(files.values())))
    rows: list[tuple[int, int, int, RLE]] = []
    with maps.opened() as read:
        for frame, path in files.items():
            if frame not in maps.members:
                raise FormatError(path, f"has no panoptic map in {maps.root}", "restore the map, or remove the image")
            ids = read(frame)
            if ids.shape != (height, width):
                problem = f"has height and width {ids.shape}, the images of {maps.name} {(height, width)}"
                raise FormatError(maps.path(frame), problem, "restore the map or the image")
            present = np.unique(ids)
            unknown = ~classes.is_known[present >> INSTANCE_BITS]
            if unknown.any():
                problem = f"has pixels of class {present[unknown][0] >> INSTANCE_BITS}, which is unknown"
                raise FormatError(maps.path(frame), problem, "name the right --class-list")
            rows += [(frame, *thing) for thing in things_of_map(ids, present, classes)]
    frames, things, categories = np.array([row[:3] for row in rows], np.int64).reshape(-1, 3).T
    names = [path.relative_to(root).as_posix() for path in files.values()]
    return (
        VideoFrames(maps.name, list(files), names, height, width),
        MaskTracks(frames, things, categories, [row[3] for row in rows], source=str(maps.root), name=maps.name),
    )


def things_of_map(
    ids: NDArray[np.uint32], present: NDArray[np.uint32], classes: PanopticClasses
) -> Iterator[tuple[int, int, RLE]]:
    """Yield the identity, category and mask of each thing of a map, crowds with the ignore category.

    Args:
        ids: ``(H, W)`` panoptic ids.
        present: Those that occur.
        classes: The data set's classes.
    """
    for category, class_id in enumerate(sorted(classes.things), 1):
        for thing in present[present >> INSTANCE_BITS == class_id]:
            instance = int(thing) & MAX_INSTANCE
            crowd = instance == 0
            yield int(thing), IGNORE_CLASS if crowd else category, encode(ids == thing)
