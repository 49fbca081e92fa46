"""Every fault of a COCO-video json, all found in one pass: for people who write such files themselves."""

from __future__ import annotations

import json
import os
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np

from mots_plugin.formats.class_numbers import MOTS_CLASS_IDS
from mots_plugin.formats.coco_video import annotation_mask
from mots_plugin.formats.errors import Fault, FormatError
from mots_plugin.formats.frame_images import read_image_size
from mots_plugin.formats.mask_faults import find_faults
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS, MaskTracks
from mots_plugin.formats.reading import is_image_side, is_integer, read_json
from mots_plugin.formats.rle import RLE, areas, boxes

_KEYS = {
    "categories": {"id": int, "name": str},
    "videos": {"id": int, "name": str},
    "images": {"id": int, "video_id": int, "frame_id": int, "file_name": str, "width": int, "height": int},
    "annotations": {"id": int, "image_id": int, "category_id": int, "instance_id": int, "segmentation": dict},
}
_OPTIONAL_KEYS = {"images": {"frame_number": int}}
_WRITE_ANEW = "write the file with a converter of data_converters/"
_BOX_TOLERANCE = 1.0


@dataclass
class VideoEntries:
    """What a json says of one video: the sound entries only.

    Attributes:
        source: The json.
        video: Entry of the video.
        images: Entries of its images, in the order of the file.
        annotations: Entries of their annotations, in the order of the file.
        class_ids: Class id of each category id; absent where it is the id of another class.
    """

    source: str
    video: dict[str, Any]
    images: list[dict[str, Any]] = field(default_factory=list)
    annotations: list[dict[str, Any]] = field(default_factory=list)
    class_ids: dict[int, int] = field(default_factory=dict)


def read_entries(path: str | os.PathLike[str]) -> tuple[list[VideoEntries], list[Fault]]:
    """Read a json as far as it makes sense.

    Returns:
        videos: Its videos with their sound entries.
        faults: Tables and keys that are missing, ids that occur twice or point nowhere, classes of one id.

    Raises:
        OSError: The file cannot be read.
    """
    source = os.fspath(path)
    try:
        data = read_json(path, _WRITE_ANEW)
    except FormatError as error:
        cause, place = error.__cause__, ""
        if isinstance(cause, json.JSONDecodeError):
            place = f"line {cause.lineno} column {cause.colno}"
        return [], [Fault(source, place, error.problem, error.cure, "json")]
    if not isinstance(data, dict):
        return [], [Fault(source, "", "is not a json object", _WRITE_ANEW, "json")]
    faults: list[Fault] = []
    tables = {table: _sound_entries(data, table, source, faults) for table in _KEYS}
    class_ids = {}
    for category in tables["categories"]:
        class_id = MOTS_CLASS_IDS.get(category["name"], category["id"])
        if CLASS_NAMES.get(class_id, category["name"]) == category["name"]:
            class_ids[category["id"]] = class_id
        else:
            problem = f"class '{category['name']}' has the id of {CLASS_NAMES[class_id]}"
            cure = f"rename it to one of {', '.join(MOTS_CLASS_IDS)}, or number it from 3 on, without 10"
            faults.append(Fault(source, f"categories id {category['id']}", problem, cure, "class"))
    videos = {video["id"]: VideoEntries(source, video, class_ids=class_ids) for video in tables["videos"]}
    for name, count in Counter(video["name"] for video in tables["videos"]).items():
        if count > 1:
            faults.append(Fault(source, "", f"{count} videos are called '{name}'", "give each a name", "duplicate"))
    video_of_image: dict[int, VideoEntries] = {}
    for image in tables["images"]:
        if _points_to(image, "images", "video_id", "videos", videos, source, faults):
            video_of_image[image["id"]] = videos[image["video_id"]]
            videos[image["video_id"]].images.append(image)
    known_categories = {category["id"] for category in tables["categories"]}
    for annotation in tables["annotations"]:
        _points_to(annotation, "annotations", "category_id", "categories", known_categories, source, faults)
        if _points_to(annotation, "annotations", "image_id", "images", video_of_image, source, faults):
            video_of_image[annotation["image_id"]].annotations.append(annotation)
    return list(videos.values()), faults


def _sound_entries(data: dict[str, Any], table: str, source: str, faults: list[Fault]) -> list[dict[str, Any]]:
    """Return the entries of a table that have all keys and an id of their own."""
    entries = data.get(table)
    if not isinstance(entries, list):
        faults.append(Fault(source, "", f"has no table '{table}'", _WRITE_ANEW, "json"))
        return []
    sound: dict[int, dict[str, Any]] = {}
    for row, entry in enumerate(entries):
        place = f"{table}[{row}]"
        if not isinstance(entry, dict):
            faults.append(Fault(source, place, "is not an object", _WRITE_ANEW, "json"))
            continue
        optional = {key: kind for key, kind in _OPTIONAL_KEYS.get(table, {}).items() if key in entry}
        for key, kind in {**_KEYS[table], **optional}.items():
            is_sound = is_image_side if key in ("width", "height") else is_integer
            if type(entry.get(key)) is not kind or (kind is int and not is_sound(entry[key])):
                problem = f"'{key}' is {json.dumps(entry[key])[:40]}" if key in entry else f"has no '{key}'"
                wanted = {int: "a whole number", str: "a text", dict: "an object of size and counts"}[kind]
                faults.append(Fault(source, place, problem, f"let it be {wanted}", "key"))
                break
        else:
            if entry["id"] in sound:
                problem = f"id {entry['id']} occurs before"
                faults.append(Fault(source, place, problem, f"number the {table} anew", "duplicate"))
            else:
                sound[entry["id"]] = entry
    return list(sound.values())


def _points_to(
    entry: dict[str, Any], table: str, key: str, target: str, known: Any, source: str, faults: list[Fault]
) -> bool:
    if entry[key] in known:
        return True
    problem, cure = f"{key} {entry[key]} is not among the sound entries of '{target}'", "correct it, or add the entry"
    faults.append(Fault(source, _place(table, entry), problem, cure, "pointer"))
    return False


def _place(table: str, entry: dict[str, Any]) -> str:
    return f"annotation {entry['id']}" if table == "annotations" else f"{table} id {entry['id']}"


def find_video_faults(entries: VideoEntries, image_root: Path | None) -> list[Fault]:
    """List the faults of one video.

    Args:
        entries: What the json says of it.
        image_root: Folder to which file names are relative, None not to look at image files.
    """
    faults = _order_faults(entries)
    faults += _size_faults(entries)
    if image_root is not None:
        for image in entries.images:
            faults += _file_faults(entries.source, image, image_root)
    return faults + _annotation_faults(entries)


def _order_faults(entries: VideoEntries) -> list[Fault]:
    """Frames must be sorted and numbered 0, 1, 2, … without gap, and their numbers in the source must rise."""
    source, place = entries.source, f"video '{entries.video['name']}'"
    if not entries.images:
        return [Fault(source, place, "has no images", "add them, or take the video out", "order")]
    faults = []
    sort = "sort the images of each video by frame"
    for before, image in zip(entries.images, entries.images[1:], strict=False):
        where, previous = f"images id {image['id']}", f"that of images id {before['id']}"
        if image["frame_id"] < before["frame_id"]:
            problem = f"frame_id {image['frame_id']} of {place} comes after {before['frame_id']}, {previous}"
            faults.append(Fault(source, where, problem, sort, "order"))
        elif image["frame_id"] > before["frame_id"] and (
            image.get("frame_number", image["frame_id"]) <= before.get("frame_number", before["frame_id"])
        ):
            problem = f"frame_number {image.get('frame_number')} of {place} is not above {previous}"
            faults.append(Fault(source, where, problem, sort, "order"))
    counts = Counter(image["frame_id"] for image in entries.images)
    for frame, count in sorted(counts.items()):
        if count > 1:
            problem = f"{count} images have frame_id {frame}"
            faults.append(Fault(source, place, problem, "number them anew", "duplicate"))
    gaps = sorted(set(range(max(counts) + 1)) - set(counts))
    if gaps or min(counts) < 0:
        problem = f"frame_id {gaps[0] if gaps else min(counts)} " + ("is missing" if gaps else "is negative")
        faults.append(Fault(source, place, problem, "number the frames 0, 1, 2, … without gap", "order"))
    length = entries.video.get("length", len(entries.images))
    if length != len(entries.images):
        problem = f"length is {length}, but it has {len(entries.images)} images"
        faults.append(Fault(source, place, problem, "correct the length, or add the images", "order"))
    return faults


def _size_faults(entries: VideoEntries) -> list[Fault]:
    faults = []
    first = entries.images[0] if entries.images else {}
    height, width = (entries.video.get(key, first.get(key)) for key in ("height", "width"))
    for image in entries.images:
        if (image["height"], image["width"]) != (height, width):
            problem = f"is {image['height']} x {image['width']}, its video {height} x {width} (height x width)"
            cure = "give all frames of a video one size"
            faults.append(Fault(entries.source, f"images id {image['id']}", problem, cure, "size"))
    return faults


def _file_faults(source: str, image: dict[str, Any], image_root: Path) -> list[Fault]:
    path, place = image_root / image["file_name"], f"images id {image['id']}"
    try:
        height, width = read_image_size(path)
    except FormatError as error:
        return [Fault(error.file, "", error.problem, error.cure, "image")]
    except OSError:
        return [Fault(source, place, f"image {path} is missing", "add the file or correct file_name", "image")]
    if (height, width) == (image["height"], image["width"]):
        return []
    problem = f"is {image['height']} x {image['width']} here, {height} x {width} in {path} (height x width)"
    return [Fault(source, place, problem, "correct the size, or take the image it was annotated on", "size")]


def _annotation_faults(entries: VideoEntries) -> list[Fault]:
    faults: list[Fault] = []
    images = {image["id"]: image for image in entries.images}
    usable: list[dict[str, Any]] = []
    masks: list[RLE] = []
    for annotation in entries.annotations:
        faults += _entry_faults(entries, annotation)
        try:
            mask = annotation_mask(annotation, entries.source)
        except FormatError as error:
            faults.append(Fault(error.file, error.place, error.problem, error.cure, "rle"))
            continue
        image = images[annotation["image_id"]]
        if mask["size"] != [image["height"], image["width"]]:
            size = "{} x {}".format(*mask["size"])
            problem = f"mask is {size}, its image {image['height']} x {image['width']} (height x width)"
            cure = "draw the mask on the image in its own size"
            faults.append(Fault(entries.source, f"annotation {annotation['id']}", problem, cure, "size"))
        usable.append(annotation)
        masks.append(mask)
    tracks = MaskTracks(
        frames=np.array([images[annotation["image_id"]]["frame_id"] for annotation in usable], np.int64),
        track_ids=np.array([annotation["instance_id"] for annotation in usable], np.int64),
        # Classes that are none are reported with the categories.
        class_ids=np.array([entries.class_ids.get(a["category_id"], IGNORE_CLASS) for a in usable], np.int64),
        masks=masks,
        lines=np.array([annotation["id"] for annotation in usable], np.int64),
        source=entries.source,
        name=entries.video["name"],
    )
    mask_faults = [
        fault for fault in find_faults(tracks, "annotation", entries.class_ids.values()) if fault.kind != "size"
    ]
    broken = {fault.place for fault in mask_faults if fault.kind in ("rle", "empty")}
    sound = [row for row, annotation in enumerate(usable) if f"annotation {annotation['id']}" not in broken]
    faults += mask_faults
    faults += _box_faults(entries.source, [usable[row] for row in sound], [masks[row] for row in sound])
    return faults + _identity_faults(entries)


def _entry_faults(entries: VideoEntries, annotation: dict[str, Any]) -> list[Fault]:
    place, faults = f"annotation {annotation['id']}", []
    if annotation["instance_id"] < 1:
        problem = f"instance_id is {annotation['instance_id']}, which mmdet takes for missing"
        faults.append(Fault(entries.source, place, problem, "count the objects of a video from 1", "number"))
    ignored = entries.class_ids.get(annotation["category_id"]) == IGNORE_CLASS
    if ignored and not annotation.get("iscrowd"):
        problem, cure = "is an ignore region, but iscrowd is not 1", "write 'iscrowd': 1"
        faults.append(Fault(entries.source, place, problem, cure, "crowd"))
    return faults


def _box_faults(source: str, annotations: list[dict[str, Any]], masks: list[RLE]) -> list[Fault]:
    """Boxes (x, y, width, height) must fit the masks to a pixel, areas exactly."""
    faults = []
    tight = boxes(masks)
    tight[:, 2:] -= tight[:, :2]
    for annotation, box, area in zip(annotations, tight.tolist(), areas(masks).tolist(), strict=True):
        place = f"annotation {annotation['id']}"
        stated = annotation.get("bbox", box)
        numbers = isinstance(stated, list) and len(stated) == 4 and all(isinstance(x, (int, float)) for x in stated)
        if not numbers or max(abs(mine - its) for mine, its in zip(box, stated, strict=True)) > _BOX_TOLERANCE:
            problem = f"bbox is {json.dumps(stated)[:60]}, but the mask's is {[round(x) for x in box]}"
            faults.append(Fault(source, place, problem, "write [x, y, width, height] of the mask", "box"))
        if annotation.get("area", area) != area:
            problem = f"area is {annotation['area']}, but the mask has {area} pixels"
            faults.append(Fault(source, place, problem, "write the number of pixels", "area"))
    return faults


def _identity_faults(entries: VideoEntries) -> list[Fault]:
    """An object keeps its class."""
    faults = []
    first: dict[int, dict[str, Any]] = {}
    for annotation in entries.annotations:
        earlier = first.setdefault(annotation["instance_id"], annotation)
        if annotation["category_id"] != earlier["category_id"]:
            problem = (
                f"instance_id {annotation['instance_id']} of video '{entries.video['name']}' has category "
                f"{annotation['category_id']}, but {earlier['category_id']} in annotation {earlier['id']}"
            )
            cure = "keep one class for each object"
            faults.append(Fault(entries.source, f"annotation {annotation['id']}", problem, cure, "class"))
    return faults
