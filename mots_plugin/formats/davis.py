"""DAVIS-style folders: one image and one palette PNG a frame, the palette index being the object.

::

    JPEGImages/[480p/]SEQUENCE/00000.jpg      (or images/…)
    Annotations/[480p/]SEQUENCE/00000.png     (or Annotations_unsupervised/…, annotations/…, masks/…)
    ImageSets/2017/train.txt                  one sequence a line (DAVIS 2016: one frame a line)

Masks are palette or 8-bit grey PNGs: 0 background, else the number of the object, the same in every frame. Such masks
know no classes, so a class is given for all objects, or object by object in a csv ``sequence,object_id,class``.
"""

from __future__ import annotations

import csv
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.coco_video import VideoFrames
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.frame_images import IMAGE_EXTENSIONS, list_frame_images, read_image_size
from mots_plugin.formats.id_png import id_png_to_objects
from mots_plugin.formats.image_content import opened_image
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.rle import RLE
from mots_plugin.formats.sequence_reading import SequenceReading

IMAGE_FOLDERS = ("JPEGImages", "images")
MASK_FOLDERS = ("Annotations", "Annotations_unsupervised", "annotations", "masks")
IGNORE_VALUE = 255
_COLUMNS = ["sequence", "object_id", "class"]


@dataclass(frozen=True)
class ObjectClasses:
    """Which class each object has.

    Attributes:
        default: Class id of objects that are not listed, None when all must be.
        listed: Class ids by sequence and palette index.
        source: The csv they came from, for messages.
    """

    default: int | None = None
    listed: Mapping[tuple[str, int], int] = field(default_factory=dict)
    source: str = ""

    def class_of(self, sequence: str, value: int, file: Path) -> int:
        """Return the class id of an object.

        Raises:
            FormatError: It has none.
        """
        class_id = self.listed.get((sequence, value), self.default)
        if class_id is None:
            cure = f"add '{sequence},{value},<class>' to {self.source}, or give all others a class with --class-name"
            raise FormatError(file, f"object {value} of sequence {sequence} has no class", cure)
        return class_id


def read_object_classes(path: str | os.PathLike[str]) -> dict[tuple[str, int], str]:
    """Read the csv ``sequence,object_id,class``.

    Returns:
        Names of classes by sequence and palette index.

    Raises:
        FormatError: Another header, a line of another form, or an object listed twice.
        OSError: The file cannot be read.
    """
    listed: dict[tuple[str, int], str] = {}
    with open(path, newline="", encoding="utf-8-sig") as file:
        try:
            rows = list(csv.reader(file))
        except (UnicodeDecodeError, csv.Error) as error:
            raise FormatError(path, f"is not a csv file ({error})", "save it as comma-separated UTF-8 text") from error
    if not rows or [cell.strip() for cell in rows[0]] != _COLUMNS:
        raise FormatError(path, "has another header", f"let the first line be {','.join(_COLUMNS)}", 1)
    for number, row in enumerate(rows[1:], 2):
        cells = [cell.strip() for cell in row]
        if not any(cells):
            continue
        if len(cells) != 3 or not (cells[1].isascii() and cells[1].isdecimal()) or not cells[2]:
            raise FormatError(path, f"cannot read '{','.join(cells)[:60]}'", "write sequence,object_id,class", number)
        key = cells[0], int(cells[1])
        if key in listed:
            raise FormatError(path, f"object {key[1]} of sequence {key[0]} is listed twice", "keep one line", number)
        listed[key] = cells[2]
    return listed


def read_image_set(path: str | os.PathLike[str]) -> list[str]:
    """Read the sequences of an ImageSets file: a name a line, or DAVIS 2016's pair of image and mask path a line.

    Raises:
        FormatError: It names no sequence.
        OSError: The file cannot be read.
    """
    try:
        lines = Path(path).read_text(encoding="utf-8").split("\n")
    except UnicodeDecodeError as error:
        raise FormatError(path, "is not a text file", "write one sequence a line") from error
    firsts = [line.split()[0] for line in lines if line.strip()]
    names = [Path(first).parent.name if "/" in first else first for first in firsts]
    if not names:
        raise FormatError(path, "names no sequence", "write one sequence a line")
    return list(dict.fromkeys(names))


def find_davis_folders(root: Path, resolution: str | None) -> tuple[Path, Path]:
    """Return the folders that hold one folder of images, and one of masks, a sequence.

    Args:
        root: Root of the data set.
        resolution: Folder between ``JPEGImages`` and the sequences (``480p``), None to take the only one there is.

    Raises:
        FormatError: No such folders, or several resolutions to choose from.
    """
    if not root.is_dir():
        raise FormatError(root, "is not a folder", "give the folder that holds JPEGImages and Annotations")
    images, masks = (
        next((root / name for name in names if (root / name).is_dir()), None) for names in (IMAGE_FOLDERS, MASK_FOLDERS)
    )
    if images is None or masks is None:
        absent = " nor ".join(IMAGE_FOLDERS if images is None else MASK_FOLDERS)
        raise FormatError(root, f"holds no {absent}", "give the folder that holds JPEGImages and Annotations")
    if resolution is None:
        if _holds_sequences(images):
            return images, masks
        resolutions = [folder.name for folder in _folders(images) if _holds_sequences(folder)]
        if len(resolutions) != 1:
            found = f"the resolutions {', '.join(resolutions)}" if resolutions else "no sequence"
            raise FormatError(images, f"holds {found}", "name one with --resolution, such as --resolution 480p")
        resolution = resolutions[0]
    for folder in (images, masks):
        if not (folder / resolution).is_dir():
            raise FormatError(folder, f"holds no {resolution}", "name a folder that images and masks both have")
    return images / resolution, masks / resolution


def sequence_names(folder: Path) -> list[str]:
    """Names of the sequences in a folder, sorted."""
    return [path.name for path in _folders(folder)]


def read_davis_sequence(
    name: str, root: Path, images: Path, masks: Path, classes: ObjectClasses, ignore_value: int | None, strict: bool
) -> SequenceReading:
    """Read one sequence.

    Args:
        name: Its name.
        root: Folder to which file names shall be relative.
        images: Folder that holds the sequence's folder of images.
        masks: Folder that holds the sequence's folder of masks.
        classes: Classes of the objects.
        ignore_value: Palette index of what is to be ignored, None if there is none.
        strict: Refuse a frame that lacks its mask or its image; else leave it out, with a warning.

    Raises:
        FormatError: A file is missing or cannot be used, sizes differ, or an object has no class.
        OSError: A file cannot be read.
    """
    for folder in (images / name, masks / name):
        if not folder.is_dir():
            raise FormatError(folder, "is missing", "add it, or leave the sequence out of the split")
    image_files = list_frame_images(images / name)
    mask_files = {
        number: path for number, path in list_frame_images(masks / name).items() if path.suffix.lower() == ".png"
    }
    warnings = []
    for lonely, what, place in (
        (sorted(set(image_files) - set(mask_files)), "mask", masks / name),
        (sorted(set(mask_files) - set(image_files)), "image", images / name),
    ):
        if lonely:
            more = f" (nor have {len(lonely) - 1} more frames)" if len(lonely) > 1 else ""
            problem = f"frame {lonely[0]} of sequence {name} has no {what}{more}"
            cure = "add it (a mask of 0 where there is no object), or convert with --no-strict to leave such frames out"
            if strict:
                raise FormatError(place, problem, cure)
            warnings.append(f"{place}: left out: {problem}")
    numbers = sorted(set(image_files) & set(mask_files))
    if not numbers:
        raise FormatError(masks / name, "no frame has both image and mask", "name both by the same frame number")
    height, width = read_image_size(image_files[numbers[0]])
    for number in numbers:
        if read_image_size(image_files[number]) != (height, width):
            problem = f"its size differs from the frames before, {height} x {width}"
            raise FormatError(image_files[number], problem, "give all frames of a sequence one size (height x width)")
    frames = VideoFrames(
        name, numbers, [image_files[number].relative_to(root).as_posix() for number in numbers], height, width
    )
    paths = [mask_files[number] for number in numbers]
    tracks = _read_masks(name, numbers, paths, (height, width), classes, ignore_value)
    if len(tracks) and (tracks.class_ids == IGNORE_CLASS).all():
        problem = f"sequence {name} holds nothing but ignore regions"
        if strict:
            cure = "if the value 255 is the object, as in DAVIS 2016, give --ignore-value none; else --no-strict"
            raise FormatError(masks / name, problem, cure)
        warnings.append(f"{masks / name}: {problem}")
    return SequenceReading(frames, tracks, "png", warnings)


def _read_masks(
    name: str,
    numbers: list[int],
    paths: list[Path],
    size: tuple[int, int],
    classes: ObjectClasses,
    ignore_value: int | None,
) -> MaskTracks:
    """Read the masks; track ids become class id * 1000 + palette index, ignore regions 10000, as in KITTI MOTS."""
    table = np.zeros(256, np.uint16)
    seen: set[int] = set()
    frames: list[int] = []
    track_ids: list[int] = []
    masks: list[RLE] = []
    for number, path in zip(numbers, paths, strict=True):
        indices = read_index_png(path)
        if indices.shape != size:
            problem = "the mask is {} x {}, its image {} x {} (height x width)".format(*indices.shape, *size)
            raise FormatError(path, problem, "give masks the size of the images (nearest-neighbour, not smoothed)")
        for value in set(np.unique(indices).tolist()) - seen - {0}:
            seen.add(value)
            class_id = IGNORE_CLASS if value == ignore_value else classes.class_of(name, value, path)
            table[value] = 1000 * IGNORE_CLASS if class_id == IGNORE_CLASS else 1000 * class_id + value
        ids, _, found = id_png_to_objects(table[indices])
        frames += [number] * len(found)
        track_ids += ids.tolist()
        masks += found
    ids_array = np.asarray(track_ids, np.int64)
    return MaskTracks(
        np.asarray(frames, np.int64), ids_array, ids_array // 1000, masks, source=str(paths[0].parent), name=name
    )


def read_index_png(path: str | os.PathLike[str]) -> NDArray[np.uint8]:
    """Read the palette indices (or 8-bit grey values) of a PNG.

    Returns:
        ``(height, width)``.

    Raises:
        FormatError: Not an image, or of another kind, such as RGB.
        OSError: The file cannot be opened.
    """
    with opened_image(path, "copy the file anew") as image:
        mode, pixels = image.mode, np.asarray(image)
    if mode in ("P", "L"):
        return pixels
    if mode == "1":
        return pixels.astype(np.uint8)
    cure = "save masks as palette or 8-bit grey PNG whose values are object numbers"
    if mode.startswith("I"):
        cure = "16-bit masks in KITTI MOTS layout are for data_converters/kitti_mots.py"
    raise FormatError(path, f"is a PNG of mode {mode}, not of palette indices", cure)


def _folders(folder: Path) -> list[Path]:
    return sorted(path for path in folder.iterdir() if path.is_dir() and not path.name.startswith("."))


def _holds_sequences(folder: Path) -> bool:
    files = (path for sequence in _folders(folder) for path in sequence.iterdir())
    return any(path.suffix.lower() in IMAGE_EXTENSIONS for path in files)
