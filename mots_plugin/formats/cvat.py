"""Annotations of CVAT as XML 1.1: "CVAT for images" (read and written) and "CVAT for video" (read).

An object's identity is its attribute ``track_id``, else its ``group_id``, else a number at the end of its label, and
in video exports also the number of its track, from 1. Shapes of one identity in a frame are parts of one object. Shapes
are polygons, boxes or masks. See https://docs.cvat.ai/docs/manual/advanced/formats/format-cvat and xml_format.
"""

from __future__ import annotations

import os
import zipfile
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path, PurePosixPath
from xml.etree import ElementTree
from xml.etree.ElementTree import Element, SubElement

import numpy as np

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.class_numbers import MOTS_CLASS_IDS
from mots_plugin.formats.coco_video import VideoFrames
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.labelled_masks import (
    class_and_identity,
    collect_masks,
    frame_number_of,
    merge_parts,
    split_label,
)
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS, MaskTracks
from mots_plugin.formats.polygons import polygons_to_rle
from mots_plugin.formats.reading import is_image_side, surprises_named
from mots_plugin.formats.rle import RLE, decode_crop, encode_crop
from mots_plugin.formats.zip_files import opened_zip, read_zipped

_CURE = "export it anew from CVAT, as 'CVAT for images 1.1' or 'CVAT for video 1.1'"
_SHAPES = ("polygon", "box", "mask")


def cvat_classes(path: str | os.PathLike[str]) -> list[str]:
    """Return the names of the classes in an export, sorted.

    Raises:
        FormatError: Not an export of CVAT.
        OSError: The file cannot be read.
    """
    root = _parse(path)
    labelled = [*root.iter("track"), *(shape for image in root.iter("image") for shape in image)]
    # A label is cut short where a shape has no other identity; telling more would take the shape's attributes.
    found = {(element.get("label", ""), element.get("group_id") or _own_track_id(element)) for element in labelled}
    return sorted({class_and_identity(*pair)[0] for pair in found} - {""})


def counts_frames(path: str | os.PathLike[str]) -> bool:
    """Whether an export is one of a video, whose frames are told by their position, from 0, not by their images' names.

    Raises:
        FormatError: Not an export of CVAT.
        OSError: The file cannot be read.
    """
    return _parse(path).find("image") is None


def read_cvat(path: str | os.PathLike[str], class_ids: Mapping[str, int] = MOTS_CLASS_IDS) -> dict[str, MaskTracks]:
    """Read every sequence of an export.

    Args:
        path: The XML file, or the zip file that CVAT gives.
        class_ids: Ids of the classes there are, by name.

    Returns:
        Masks by name of the sequence: the folder of its images, or, where they lie in none, the file's name. Frames of
        image exports are numbered by their images' names, those of video exports from 0.

    Raises:
        FormatError: Not an export of CVAT, an unknown class, a shape without identity or with bad points.
        OSError: The file cannot be read.
    """
    root = _parse(path)
    name = Path(path).stem
    rows: dict[str, list[tuple[int, int, int, RLE]]] = {}
    with surprises_named(path, "is no export of CVAT", _CURE):
        try:
            for image in root.iter("image"):
                sequence = PurePosixPath(image.attrib["name"]).parent.name or name
                frame = frame_number_of(image.attrib["name"], path)
                size = int(image.attrib["height"]), int(image.attrib["width"])
                shapes: list[_Shape] = [(shape, shape, None) for shape in image if shape.tag in _SHAPES]
                found = _read_shapes(shapes, size, path, f"image {image.attrib['name']}", class_ids)
                rows.setdefault(sequence, []).extend((frame, *row) for row in found)
            for frame, seen in _shapes_by_frame(root).items():
                found = _read_shapes(seen, _size_of_video(root), path, f"frame {frame}", class_ids)
                rows.setdefault(name, []).extend((frame, *row) for row in found)
        except KeyError as error:
            raise FormatError(path, f"an element lacks its attribute {error}", _CURE) from error
    if not rows:
        raise FormatError(path, "holds neither images nor tracks", _CURE)
    return {sequence: collect_masks(table, os.fspath(path), sequence) for sequence, table in sorted(rows.items())}


def write_cvat(
    path: str | os.PathLike[str],
    frames: VideoFrames,
    tracks: MaskTracks,
    class_names: Mapping[int, str] = CLASS_NAMES,
) -> None:
    """Write one sequence as "CVAT for images 1.1", with masks; the file appears whole or not at all.

    CVAT keeps identities when the labels of its task have a number attribute ``track_id``.

    Args:
        path: The XML file.
        frames: The frames that CVAT shall show; its task holds images of these names.
        tracks: The masks; empty ones are left out, and those of other frames.
        class_names: Names of the classes by their ids.
    """
    root = Element("annotations")
    SubElement(root, "version").text = "1.1"
    for position, (number, file_name) in enumerate(zip(frames.frame_numbers, frames.file_names, strict=True)):
        image = SubElement(root, "image", id=str(position), name=file_name)
        image.attrib.update(width=str(frames.width), height=str(frames.height))
        for row in np.flatnonzero(tracks.frames == number).tolist():
            crop, left, top = decode_crop(tracks.masks[row])
            if not crop.size:
                continue
            class_id, track_id = int(tracks.class_ids[row]), int(tracks.track_ids[row])
            mask = SubElement(image, "mask", label=class_names[class_id], source="automatic", occluded="0")
            mask.attrib.update(rle=_row_major_counts(crop), left=str(left), top=str(top), z_order="0")
            mask.attrib.update(width=str(crop.shape[1]), height=str(crop.shape[0]))
            if class_id != IGNORE_CLASS:
                mask.set("group_id", str(track_id))
                SubElement(mask, "attribute", name="track_id").text = str(track_id)
    ElementTree.indent(root)
    with atomic_write(path, "wb") as file:
        ElementTree.ElementTree(root).write(file, encoding="utf-8", xml_declaration=True)


def _parse(path: str | os.PathLike[str]) -> Element:
    try:
        if zipfile.is_zipfile(path):
            with opened_zip(path, _CURE) as archive:
                data = read_zipped(archive, "annotations.xml", path)
        else:
            data = Path(path).read_bytes()
        root = ElementTree.fromstring(data)
    except (ElementTree.ParseError, LookupError, ValueError) as error:
        if isinstance(error, FormatError):
            raise
        raise FormatError(path, f"is no XML of CVAT ({error})", _CURE) from error
    if root.tag != "annotations":
        raise FormatError(path, f"its root is <{root.tag}>, not <annotations>", _CURE)
    return root


_Shape = tuple[Element, Element, str | None]
"""A shape, the element with its label, and an identity to fall back on."""


def _shapes_by_frame(root: Element) -> dict[int, list[_Shape]]:
    """Return the shapes of a video export that are to be seen, in order of frame."""
    frames: dict[int, list[_Shape]] = {}
    for track in root.iter("track"):
        for shape in track:
            if shape.tag in _SHAPES and shape.get("outside", "0") != "1":
                identity = str(int(track.attrib["id"]) + 1)
                frames.setdefault(int(shape.attrib["frame"]), []).append((shape, track, identity))
    return dict(sorted(frames.items()))


def _size_of_video(root: Element) -> tuple[int, int]:
    size = root.find(".//original_size")
    if size is None:
        raise KeyError("original_size")
    return int(size.findtext("height", "0")), int(size.findtext("width", "0"))


def _read_shapes(
    shapes: Sequence[_Shape],
    size: tuple[int, int],
    path: str | os.PathLike[str],
    frame: str,
    class_ids: Mapping[str, int],
) -> list[tuple[int, int, RLE]]:
    parts: dict[tuple[int, int], list[RLE]] = {}
    if not all(map(is_image_side, size)):
        raise FormatError(path, f"no image has the size {size[0]} x {size[1]}", _CURE, frame)
    for number, (shape, labelled, fallback) in enumerate(shapes, 1):
        label = labelled.attrib["label"]
        place = f"{frame}, {shape.tag} {number} ({label})"
        identity = _own_track_id(shape, labelled) or labelled.get("group_id") or shape.get("group_id")
        if identity is None and not label[-1:].isdigit():
            identity = fallback
        class_id, track_id = split_label(label, identity, path, place, "track_id", class_ids)
        with surprises_named(path, "cannot be filled", "draw the shape anew", place):
            mask = _shape_mask(shape, *size)
        parts.setdefault((track_id, class_id), []).append(mask)
    return merge_parts(parts)


def _own_track_id(*elements: Element) -> str | None:
    attributes: Iterator[Element] = (attribute for element in elements for attribute in element.iter("attribute"))
    return next((attribute.text for attribute in attributes if attribute.get("name") == "track_id"), None)


def _shape_mask(shape: Element, height: int, width: int) -> RLE:
    values = shape.attrib
    if shape.tag == "polygon":
        corners = [[float(number) for number in point.split(",")] for point in values["points"].split(";")]
        return polygons_to_rle([corners], height, width)
    if shape.tag == "box":
        x0, y0, x1, y1 = (float(values[key]) for key in ("xtl", "ytl", "xbr", "ybr"))
        return polygons_to_rle([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], height, width)
    counts = np.array([int(count) for count in values["rle"].split(",")])
    rows, columns = int(values["height"]), int(values["width"])
    if not (0 < rows <= height and 0 < columns <= width):
        raise ValueError(f"it is {rows} x {columns} pixels, its image {height} x {width}")
    if counts.min() < 0 or counts.sum() != rows * columns:
        raise ValueError(f"its runs cover {counts.sum()} of {rows * columns} pixels")
    crop = np.repeat(np.arange(len(counts)) % 2 == 1, counts).reshape(rows, columns)
    return encode_crop(crop, int(values["left"]), int(values["top"]), height, width)


def _row_major_counts(crop: np.ndarray) -> str:
    """Return CVAT's run lengths: row by row, background first."""
    pixels = crop.ravel()
    edges = np.flatnonzero(np.diff(pixels, prepend=False))
    return ", ".join(map(str, np.diff(edges, prepend=0, append=len(pixels))))
