"""Every fault of a sequence kept as text or id PNGs: KITTI MOTS, MOTSChallenge, results of a tracker."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np

from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.frame_images import IMAGE_EXTENSIONS, read_image_size
from mots_plugin.formats.id_png import read_id_png
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import CLASS_NAMES, MaskTracks
from mots_plugin.formats.mots_txt import parse_mots_txt
from mots_plugin.formats.sequence_files import SequenceFiles

_KNOWN = ", ".join(f"{class_id} ({name})" for class_id, name in CLASS_NAMES.items())


def find_sequence_faults(files: SequenceFiles, with_images: bool) -> list[Fault]:
    """List the faults of one sequence.

    Args:
        files: Where it lies.
        with_images: Whether it must have images, one for each annotated frame, of the size of the masks.

    Raises:
        OSError: A file cannot be read.
    """
    faults: list[Fault] = []
    images: dict[int, Path] = {}
    if with_images and not files.has_images:
        cure = "put them there, or check without images (--no-images)"
        faults.append(Fault(str(files.image_folder), "", f"sequence {files.name} has no images", cure, "image"))
        with_images = False
    elif with_images:
        images, faults = numbered_files(files.image_folder, IMAGE_EXTENSIONS)
    if not files.annotated:
        name = files.name
        cure = f"add instances_txt/{name}.txt, instances/{name}/FFFFFF.png or {name}/gt/gt.txt, or remove the sequence"
        faults.append(Fault(str(files.root), "", f"sequence {files.name} has no annotation", cure, "annotation"))
    size: tuple[int, int] | None = None
    needed: dict[int, str] = {}
    if files.annotation_text is not None:
        tracks, found = find_text_faults(files.annotation_text, files.name)
        faults += found
        size = _usual_size(tuple(mask["size"]) for mask in tracks.masks)
        for frame, line in zip(tracks.frames.tolist(), tracks.lines.tolist(), strict=True):
            needed.setdefault(frame, f"{files.annotation_text}:{line}")
    if files.annotation_folder is not None:
        pngs, found, png_size = find_id_png_faults(files.annotation_folder)
        faults += found
        if size is not None and png_size is not None and size != png_size:
            problem = "masks are {} x {} here, {} x {} in the text file (height x width)".format(*png_size, *size)
            faults.append(Fault(str(files.annotation_folder), "", problem, "keep the right one", "size"))
        size = size or png_size
        needed |= {frame: str(path) for frame, path in pngs.items() if frame not in needed}
        for frame in sorted(set(images) - set(pngs)):
            path = files.annotation_folder / f"{frame:06d}.png"
            faults.append(Fault(str(path), "", "is missing, though the frame has an image",
                                "add it, all 0 for a frame without objects", "annotation"))  # fmt: skip
    if with_images:
        for frame in sorted(set(needed) - set(images)):
            problem = f"frame {frame} has no image in {files.image_folder}"
            faults.append(Fault(needed[frame], "", problem, "add the image or correct the frame", "image"))
        faults += _image_size_faults(images, size)
    return faults


def find_text_faults(path: Path, name: str) -> tuple[MaskTracks, list[Fault]]:
    """List the faults of a text file: lines that do not parse, masks that break the rules, frames that are not sorted.

    Returns:
        tracks: What does parse.
        faults: The faults, in order of line.
    """
    tracks, faults = parse_mots_txt(path.read_bytes(), os.fspath(path), name)
    faults = faults + find_faults(tracks)
    for row in np.flatnonzero(np.diff(tracks.frames) < 0) + 1:
        problem = f"frame {tracks.frames[row]} comes after frame {tracks.frames[row - 1]}"
        faults.append(Fault(tracks.source, str(tracks.lines[row]), problem, "sort the lines by frame", "order"))
    return tracks, sorted(faults, key=lambda fault: int(fault.place))


def find_id_png_faults(folder: Path) -> tuple[dict[int, Path], list[Fault], tuple[int, int] | None]:
    """List the faults of the id PNGs of a sequence.

    Returns:
        pngs: The files by frame.
        faults: Files that are not 16-bit PNGs, values of no known class, sizes that differ.
        size: ``(height, width)`` of most of them.
    """
    pngs, faults = numbered_files(folder, (".png",))
    sizes: dict[Path, tuple[int, int]] = {}
    for path in pngs.values():
        try:
            ids = read_id_png(path)
        except FormatError as error:
            faults.append(Fault(error.file, error.place, error.problem, error.cure, "png"))
            continue
        sizes[path] = ids.shape[0], ids.shape[1]
        values = np.flatnonzero(np.bincount(ids.ravel()))
        for value in values[(values > 0) & ~np.isin(values // 1000, list(CLASS_NAMES))]:
            problem = f"value {value} has class {value // 1000}, which is unknown"
            cure = f"write class * 1000 + instance, with class {_KNOWN}"
            faults.append(Fault(str(path), "", problem, cure, "class"))
    usual = _usual_size(sizes.values())
    faults += _sizes_that_differ(sizes, usual)
    return pngs, faults, usual


def numbered_files(folder: Path, extensions: tuple[str, ...]) -> tuple[dict[int, Path], list[Fault]]:
    """Return the files of a folder by the number that is their name, and faults where that fails."""
    files: dict[int, Path] = {}
    faults = []
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() not in extensions or path.name.startswith("."):
            continue
        if not (path.stem.isascii() and path.stem.isdecimal()):
            faults.append(Fault(str(path), "", "is not named by a frame number", "name it as in 000000.png", "name"))
        elif int(path.stem) in files:
            problem = f"is the second file of frame {int(path.stem)}, beside {files[int(path.stem)].name}"
            faults.append(Fault(str(path), "", problem, "remove the one or the other", "duplicate"))
        else:
            files[int(path.stem)] = path
    if not files and not faults:
        kinds = ", ".join(extensions)
        faults.append(Fault(str(folder), "", f"holds no file of {kinds}", "put one a frame there: 000000.png", "image"))
    return files, faults


def _image_size_faults(images: dict[int, Path], size: tuple[int, int] | None) -> list[Fault]:
    faults = []
    sizes: dict[Path, tuple[int, int]] = {}
    for path in images.values():
        try:
            sizes[path] = read_image_size(path)
        except FormatError as error:
            faults.append(Fault(error.file, error.place, error.problem, error.cure, "image"))
    return faults + _sizes_that_differ(sizes, size or _usual_size(sizes.values()))


def _sizes_that_differ(sizes: dict[Path, tuple[int, int]], usual: tuple[int, int] | None) -> list[Fault]:
    faults = []
    for path, size in sizes.items():
        if usual is not None and size != usual:
            problem = "is {} x {}, its sequence {} x {} (height x width)".format(*size, *usual)
            cure = "give images and masks of a sequence one size"
            faults.append(Fault(str(path), "", problem, cure, "size"))
    return faults


def _usual_size(sizes: Iterable[tuple[int, ...]]) -> tuple[int, int] | None:
    counts: dict[tuple[int, ...], int] = {}
    for size in sizes:
        counts[size] = counts.get(size, 0) + 1
    if not counts:
        return None
    height, width = max(counts, key=lambda size: counts[size])
    return height, width
