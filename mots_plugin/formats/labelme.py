"""Annotations of labelme: one json a frame, named by its number, with shapes of a class and an identity.

A shape's identity is its ``group_id``, or else a number at the end of its label (``car_5``, ``car 5``); shapes of one
identity are parts of one object. Shapes are polygons, rectangles, circles or masks (labelme 5.2 and later). See
https://github.com/wkentaro/labelme.
"""

from __future__ import annotations

import base64
import binascii
import json
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.class_numbers import MOTS_CLASS_IDS
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.image_content import decode_image
from mots_plugin.formats.labelled_masks import (
    LabelledMask,
    class_and_identity,
    collect_masks,
    frame_number_of,
    merge_parts,
    split_label,
)
from mots_plugin.formats.mask_tracks import CLASS_NAMES, MaskTracks
from mots_plugin.formats.polygons import polygons_to_rle, rle_to_polygons
from mots_plugin.formats.reading import is_image_side, read_json, surprises_named
from mots_plugin.formats.rle import RLE, encode_crop

_CURE = "save it anew with labelme"
_GREY = 0  # cv2.IMREAD_GRAYSCALE


def labelme_classes(folder: str | os.PathLike[str]) -> list[str]:
    """Return the names of the classes in one sequence, sorted.

    Raises:
        FormatError: A json that cannot be read.
        OSError: The folder or a file cannot be read.
    """
    found = [label for path in Path(folder).glob("*.json") for label in _read_shapes(path)[3]]
    return sorted({class_and_identity(*label)[0] for label in found})


def read_labelme_folder(
    folder: str | os.PathLike[str], *, name: str | None = None, class_ids: Mapping[str, int] = MOTS_CLASS_IDS
) -> MaskTracks:
    """Read one sequence.

    Args:
        folder: Holds one json a frame, the frame's number at the end of its name (``000012.json``, ``video_12.json``).
        name: Name of the sequence; by default the folder's name.
        class_ids: Ids of the classes there are, by name.

    Raises:
        FormatError: No json, one without a number in its name, or one that cannot be used (see
            :func:`read_labelme_file`).
        OSError: The folder or a file cannot be read.
    """
    files: dict[int, Path] = {}
    for path in sorted(Path(folder).glob("*.json")):
        number = frame_number_of(path.name, path)
        if number in files:
            problem = f"{files[number].name} and {path.name} are both frame {number}"
            raise FormatError(folder, problem, "number the frames through at the end of their names")
        files[number] = path
    if not files:
        raise FormatError(folder, "holds no labelme json", "put one json a frame there, named by the frame's number")
    rows = [(frame, *found) for frame, path in sorted(files.items()) for found in read_labelme_file(path, class_ids)]
    return collect_masks(rows, os.fspath(folder), name or Path(folder).name)


def read_labelme_file(
    path: str | os.PathLike[str], class_ids: Mapping[str, int] = MOTS_CLASS_IDS
) -> list[LabelledMask]:
    """Read one frame.

    Args:
        path: The json.
        class_ids: Ids of the classes there are, by name.

    Returns:
        One ``(track id, class id, mask)`` an object, in order of their first shapes.

    Raises:
        FormatError: Not a labelme json, an unknown class, a shape without identity, of an unknown kind or with bad
            points; names the shape.
        OSError: The file cannot be read.
    """
    height, width, shapes, labels = _read_shapes(path)
    parts: dict[tuple[int, int], list[RLE]] = {}
    for number, (shape, (label, group)) in enumerate(zip(shapes, labels, strict=True), 1):
        place = f"shape {number} ({label})"
        class_id, track_id = split_label(label, group, path, place, "group_id", class_ids)
        with surprises_named(path, "cannot be filled", "draw the shape anew", place):
            mask = _shape_mask(shape, height, width)
        parts.setdefault((track_id, class_id), []).append(mask)
    return merge_parts(parts)


def write_labelme_file(
    path: str | os.PathLike[str],
    image_path: str,
    objects: Sequence[LabelledMask],
    height: int,
    width: int,
    tolerance: float = 0.0,
    class_names: Mapping[int, str] = CLASS_NAMES,
) -> None:
    """Write one frame with polygons; the file appears whole or not at all. Holes of masks are closed.

    Args:
        path: The json.
        image_path: The image, relative to the json's folder or absolute.
        objects: ``(track id, class id, mask)`` of each object; an empty mask leaves no shape.
        height: Image height, pixels.
        width: Image width, pixels.
        tolerance: See :func:`mots_plugin.formats.polygons.rle_to_polygons`.
        class_names: Names of the classes by their ids.
    """
    shapes = [
        {
            "label": class_names[class_id],
            "points": polygon.tolist(),
            "group_id": int(track_id),
            "shape_type": "polygon",
            "flags": {},
        }
        for track_id, class_id, mask in objects
        for polygon in rle_to_polygons(mask, tolerance)
    ]
    data: dict[str, Any] = {
        "version": "5.4.1",
        "flags": {},
        "shapes": shapes,
        "imagePath": image_path,
        "imageData": None,
        "imageHeight": height,
        "imageWidth": width,
    }
    with atomic_write(path) as file:
        json.dump(data, file, indent=1)


def _read_shapes(path: str | os.PathLike[str]) -> tuple[int, int, list[dict[str, Any]], list[tuple[str, Any]]]:
    """Return height and width of the image, its shapes, and label and identity of each."""
    data = read_json(path, _CURE, "is no labelme json")
    with surprises_named(path, "is no labelme json", _CURE):
        shapes: list[dict[str, Any]] = list(data["shapes"])
        labels = [(str(shape["label"]), shape.get("group_id")) for shape in shapes]
        height, width = int(data["imageHeight"]), int(data["imageWidth"])
        if not (is_image_side(height) and is_image_side(width)):
            raise ValueError(f"no image is of {height} x {width} pixels")
        return height, width, shapes, labels


def _shape_mask(shape: dict[str, Any], height: int, width: int) -> RLE:
    points = np.asarray(shape["points"], np.float64).reshape(-1, 2)
    kind = shape.get("shape_type") or "polygon"
    if kind == "polygon":
        return polygons_to_rle([points], height, width)
    if len(points) != 2:
        raise ValueError(f"a {kind} has two points, not {len(points)}")
    if kind == "rectangle":
        (x0, y0), (x1, y1) = points
        return polygons_to_rle([[[x0, y0], [x1, y0], [x1, y1], [x0, y1]]], height, width)
    if kind == "circle":  # its centre and a point on it
        angles = np.linspace(0, 2 * np.pi, 72, endpoint=False)
        radius = np.linalg.norm(points[1] - points[0])
        return polygons_to_rle([points[0] + radius * np.stack([np.cos(angles), np.sin(angles)], axis=1)], height, width)
    if kind == "mask":  # a bitmap with its top left pixel at the first point
        left, top = np.round(points[0]).astype(int)
        return encode_crop(_decode_bitmap(shape["mask"]), int(left), int(top), height, width)
    raise ValueError(f"{kind}s have no area; use a polygon, rectangle, circle or mask")


def _decode_bitmap(text: str) -> NDArray[np.bool_]:
    try:
        data = base64.b64decode(text, validate=True)
    except binascii.Error as error:
        raise ValueError(f"its bitmap is not base64: {error}") from error
    try:
        return decode_image(data, _GREY, "", "") > 0
    except FormatError as error:  # it would name no file
        raise ValueError(f"its bitmap {error.problem}") from error
