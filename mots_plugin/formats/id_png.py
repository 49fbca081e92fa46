"""16-bit instance PNGs of KITTI MOTS and MOTSChallenge.

A pixel is class id * 1000 + instance, 10000 for ignore regions, 0 for none. See
https://www.vision.rwth-aachen.de/page/mots; one file a frame, ``FFFFFF.png``, one folder a sequence.
"""

from __future__ import annotations

import os
from collections.abc import Collection, Iterable
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_images import list_frame_images
from mots_plugin.formats.image_content import opened_image
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS, MaskTracks
from mots_plugin.formats.rle import RLE, decode_crop, encode_runs

_IGNORE_VALUE = 1000 * IGNORE_CLASS
_LARGEST_VALUE = 2**16 - 1


def read_id_png(path: str | os.PathLike[str]) -> NDArray[np.uint16]:
    """Read one frame.

    Returns:
        ``(height, width)`` pixel values.

    Raises:
        FormatError: Not a PNG, damaged, or not 16-bit greyscale.
        OSError: The file cannot be opened.
    """
    with opened_image(path, "copy or write the file anew") as image:
        kind = f"a {image.format} of mode {image.mode}"
        # Older Pillow opens a 16-bit greyscale PNG as 32-bit integers.
        is_16_bit = image.format == "PNG" and image.mode in ("I;16", "I")
        values = np.asarray(image).astype(np.uint16) if is_16_bit else None
    if values is None:
        cure = "write class id * 1000 + instance as 16-bit greyscale PNG (palette masks: data_converters/davis.py)"
        raise FormatError(path, f"is {kind}, not a 16-bit greyscale PNG", cure)
    return values


def id_png_to_objects(ids: NDArray[np.uint16]) -> tuple[NDArray[np.int64], NDArray[np.int64], list[RLE]]:
    """Split a frame into its objects.

    Args:
        ids: ``(height, width)`` pixel values.

    Returns:
        track_ids: ``(N,)`` the values that occur, ascending, without 0.
        class_ids: ``(N,)`` value // 1000.
        masks: N run-length codes.
    """
    height, width = ids.shape
    pixels = ids.ravel(order="F")
    starts = np.flatnonzero(np.diff(pixels, prepend=np.uint16(0)))
    if len(pixels) and pixels[0]:
        starts = np.concatenate([[0], starts[starts > 0]])
    ends = np.append(starts[1:], len(pixels))
    values = pixels[starts].astype(np.int64)
    track_ids = np.unique(values[values > 0])
    masks = [encode_runs(starts[values == value], ends[values == value], height, width) for value in track_ids]
    return track_ids, track_ids // 1000, masks


def read_id_png_folder(
    folder: str | os.PathLike[str], *, name: str | None = None, own_classes: Collection[int] = ()
) -> MaskTracks:
    """Read one sequence.

    Args:
        folder: Holds ``FFFFFF.png``, named by frame number.
        name: Name of the sequence; by default the folder's name.
        own_classes: Ids of classes that there are besides those of MOTS.

    Raises:
        FormatError: No image in the folder, one not named by a number, not 16-bit, or with a value of no known class.
        OSError: The folder cannot be read.
    """
    frames = list_frame_images(folder).items()
    return read_id_pngs(frames, os.fspath(folder), name or Path(folder).name, own_classes)


def read_id_pngs(
    frames: Iterable[tuple[int, Path]], source: str, name: str, own_classes: Collection[int] = ()
) -> MaskTracks:
    """Read given frames of one sequence.

    Args:
        frames: Frame numbers and files.
        source: Folder of the files, for messages.
        name: Name of the sequence.
        own_classes: Ids of classes that there are besides those of MOTS.

    Raises:
        FormatError: A file is not a 16-bit PNG, has a value of no known class, or another size than the others.
    """
    frame_numbers: list[int] = []
    track_ids: list[int] = []
    masks: list[RLE] = []
    size: tuple[int, ...] | None = None
    before: Path | None = None
    for frame, path in sorted(frames):
        image = read_id_png(path)
        if size is not None and image.shape != size:
            sizes = "its size {} x {} differs from the frames before, {} x {}".format(*image.shape, *size)
            problem = f"{sizes} as {before}"
            raise FormatError(path, problem, "all frames of a sequence must have one size (height x width)")
        size, before = image.shape, path
        ids, class_ids, frame_masks = id_png_to_objects(image)
        unknown = ids[~np.isin(class_ids, [*CLASS_NAMES, *own_classes])]
        if len(unknown):
            problem = f"pixel value {unknown[0]} is of class {unknown[0] // 1000}, which is unknown"
            named = "1000 to 1999 for cars, 2000 to 2999 for pedestrians, 10000 for ignore regions"
            own = "".join(f", {number}000 to {number}999" for number in sorted({*own_classes} - {*CLASS_NAMES}))
            cure = f"values are {named}{own and f'{own} for other classes'}"
            raise FormatError(path, problem, cure)
        frame_numbers += [frame] * len(ids)
        track_ids += ids.tolist()
        masks += frame_masks
    identities = np.asarray(track_ids, np.int64)
    frame_column = np.asarray(frame_numbers, np.int64)
    return MaskTracks(frame_column, identities, identities // 1000, masks, source=source, name=name)


def write_id_png(path: str | os.PathLike[str], ids: NDArray[np.uint16]) -> None:
    """Write one frame as 16-bit PNG; the file appears whole or not at all.

    Args:
        path: The file.
        ids: ``(height, width)`` uint16 pixel values.
    """
    from PIL import Image

    if ids.dtype != np.uint16 or ids.ndim != 2:
        raise ValueError(f"ids must be (height, width) uint16, not {ids.shape} {ids.dtype}")
    with atomic_write(path, "wb") as file:
        Image.fromarray(ids).save(file, format="PNG")


def write_id_png_folder(
    folder: str | os.PathLike[str], tracks: MaskTracks, frame_numbers: Iterable[int], height: int, width: int
) -> None:
    """Write one sequence, one PNG for each frame, also for those without objects.

    Args:
        folder: Where to, created if need be.
        tracks: The masks; they must not overlap.
        frame_numbers: All frames of the sequence.
        height: Image height, pixels.
        width: Image width, pixels.

    Raises:
        FormatError: A track id that no 16-bit value can hold (see :func:`id_png_values`).
        ValueError: Masks of a frame that overlap, or of another size than the image.
    """
    values = id_png_values(tracks)
    for frame in frame_numbers:
        ids = np.zeros((height, width), np.uint16)
        for row in np.flatnonzero(tracks.frames == frame).tolist():
            if list(tracks.masks[row]["size"]) != [height, width]:
                raise ValueError(f"mask of frame {frame} has size {tracks.masks[row]['size']}, not {[height, width]}")
            crop, x0, y0 = decode_crop(tracks.masks[row])
            window = ids[y0 : y0 + crop.shape[0], x0 : x0 + crop.shape[1]]
            if window[crop].any():
                raise ValueError(f"masks of frame {frame} overlap; an id image holds one object a pixel")
            window[crop] = values[row]
        write_id_png(Path(folder) / f"{frame:06d}.png", ids)


def id_png_values(tracks: MaskTracks) -> NDArray[np.uint16]:
    """Return the ``(N,)`` pixel values of the rows.

    Ids that already are class id * 1000 + instance stay; when any is not, all are instance numbers within their class.
    Ignore regions are 10000.

    Raises:
        FormatError: An instance number above 999, or a class id above what 16 bits hold.
    """
    ignore = tracks.class_ids == IGNORE_CLASS
    values = tracks.track_ids.copy()
    if np.any((values // 1000 != tracks.class_ids) & ~ignore):
        values += 1000 * tracks.class_ids
        for row in np.flatnonzero((tracks.track_ids > 999) & ~ignore)[:1]:
            problem = f"track id {tracks.track_ids[row]} does not fit class id * 1000 + instance"
            cure = "write text instead of PNG, or number the tracks below 1000"
            raise FormatError(tracks.source or tracks.name, problem, cure)
    values[ignore] = _IGNORE_VALUE
    for row in np.flatnonzero(values > _LARGEST_VALUE)[:1]:
        problem = f"class id {tracks.class_ids[row]} * 1000 + instance is {values[row]}, more than 16 bits hold"
        cure = "write text instead of PNG, or number the classes below 65"
        raise FormatError(tracks.source or tracks.name, problem, cure)
    return values.astype(np.uint16)
