"""Masks from annotation tools put onto the frames of their videos: what labelme, CVAT and COCO exports have in common.

Such drawings may overlap, leave frames out that hold no object, and know no more of the images than their names.
"""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np

from mots_plugin.formats.coco_video import VideoFrames
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_images import IMAGE_EXTENSIONS, read_image_size
from mots_plugin.formats.labelled_masks import frame_number_of
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.overlap_removal import remove_overlaps
from mots_plugin.formats.rle import areas
from mots_plugin.formats.sequence_reading import SequenceReading


def list_numbered_images(folder: str | os.PathLike[str]) -> dict[int, Path]:
    """Return the images of a video by the number at the end of their names (``frame_0012.jpg``), ascending.

    Raises:
        FormatError: No image, one without a number, or two of one number.
        OSError: The folder cannot be read.
    """
    images: dict[int, Path] = {}
    for path in sorted(Path(folder).iterdir()):
        if path.suffix.lower() not in IMAGE_EXTENSIONS or path.name.startswith("."):
            continue
        number = frame_number_of(path.name, folder)
        if number in images:
            problem = f"{images[number].name} and {path.name} are both frame {number}"
            raise FormatError(folder, problem, "number the frames through at the end of their names")
        images[number] = path
    if not images:
        raise FormatError(folder, "holds no image", f"put one image a frame there ({', '.join(IMAGE_EXTENSIONS)})")
    return dict(sorted(images.items()))


def read_labelled_video(name: str, images: dict[int, Path], root: Path, tracks: MaskTracks) -> SequenceReading:
    """Put masks onto the frames of a video.

    Where masks of a frame overlap, what was drawn later lies on top, and ignore regions lie below all objects. Masks
    of which no pixel is left are left out, with a warning.

    Args:
        name: Name of the video.
        images: Its images by frame number, ascending; also those without objects.
        root: Folder to which file names shall be relative.
        tracks: Its masks, in the order in which they were drawn.

    Raises:
        FormatError: A mask on a frame without image, images of several sizes, or masks of another size than the images.
        OSError: An image cannot be read.
    """
    missing = np.flatnonzero(~np.isin(tracks.frames, list(images)))
    if len(missing):
        folder = next(iter(images.values())).parent
        problem = f"frame {tracks.frames[missing[0]]} of video {name} has no image in {folder}"
        raise FormatError(tracks.source, problem, "add the image, or name the folder that has it with --images")
    size = None
    for path in images.values():
        found = read_image_size(path)
        if size not in (None, found):
            problem = "is {} x {}, the frames before {} x {} (height x width)".format(*found, *(size or found))
            raise FormatError(path, problem, "give all frames of a video one size, or put them into several folders")
        size = found
    assert size is not None
    for row, mask in enumerate(tracks.masks):
        if tuple(mask["size"]) != size:
            problem = "its annotation is of an image of {} x {}, but {} is {} x {} (height x width)".format(
                *mask["size"], images[int(tracks.frames[row])], *size
            )
            cure = "use the images that were annotated"
            raise FormatError(tracks.source, problem, cure, f"frame {tracks.frames[row]}")
    files = [path.relative_to(root).as_posix() for path in images.values()]
    frames = VideoFrames(name, list(images), files, *size)
    tracks, warnings = _flattened(name, tracks)
    return SequenceReading(frames, tracks, "drawings", warnings)


def _flattened(name: str, tracks: MaskTracks) -> tuple[MaskTracks, list[str]]:
    """Let later objects hide earlier ones, and all of them the ignore regions; return warnings of what was lost."""
    empty = areas(tracks.masks) == 0
    ignored = tracks.class_ids == IGNORE_CLASS
    top_first = np.lexsort((-np.arange(len(tracks)), ignored))
    visible, moved = remove_overlaps(tracks.select(top_first[~empty[top_first]]))
    warnings = []
    if moved:
        warnings.append(f"video {name}: {moved} pixels lay in several masks; what was drawn later keeps them")
    if len(visible) < len(tracks):
        warnings.append(f"video {name}: {len(tracks) - len(visible)} masks without a visible pixel were left out")
    return visible.select(np.lexsort((visible.track_ids, visible.frames))), warnings
