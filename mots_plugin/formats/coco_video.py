"""COCO-video json (MMTracking's CocoVID): videos, images and mask annotations of a whole split in one file.

::

    {"info": {...},
     "categories": [{"id": 1, "name": "car"}, {"id": 2, "name": "pedestrian"}, {"id": 10, "name": "ignore"}],
     "videos": [{"id", "name", "width", "height", "length", "frame_rate" (if known)}],
     "images": [{"id", "video_id", "video_name", "frame_id" (position in the video, from 0),
                 "frame_number" (number in the source), "file_name", "width", "height"}],
     "annotations": [{"id", "image_id", "video_id", "category_id", "instance_id" (1 … n in each video, in order of
                      appearance), "track_id" (identity in the source), "bbox" ([x, y, w, h], tight), "area",
                      "segmentation" ({"size": [height, width], "counts": str}), "iscrowd" (1 for ignore regions)}]}

All ids count from 1. Files of MMTracking, which lack ``video_name``, ``frame_number`` and ``track_id``, are read too.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np

from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.class_numbers import MOTS_CLASS_IDS
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS, MaskTracks
from mots_plugin.formats.reading import is_image_side, is_integer, read_json
from mots_plugin.formats.rle import RLE, areas, boxes
from mots_plugin.formats.rle_counts import encode_counts

_REQUIRED = {
    "videos": ("id", "name"),
    "images": ("id", "video_id", "frame_id", "file_name", "width", "height"),
    "annotations": ("id", "image_id", "category_id"),
    "categories": ("id", "name"),
}
_NUMBERS = {"id", "video_id", "frame_id", "image_id", "category_id", "frame_number", "track_id", "instance_id"}
_WORDS = {"name", "file_name"}
_SIDES = {"width", "height"}
_CURE = "write the file with a converter of data_converters/"


@dataclass(frozen=True)
class VideoFrames:
    """The frames of one video, with or without objects.

    Attributes:
        name: Name of the video.
        frame_numbers: Number of each frame in the source, ascending.
        file_names: Image file of each frame, relative to the data set's root.
        height: Image height, pixels.
        width: Image width, pixels.
        frame_rate: Frames per second, None when unknown.
    """

    name: str
    frame_numbers: Sequence[int]
    file_names: Sequence[str]
    height: int
    width: int
    frame_rate: float | None = None


@dataclass(frozen=True)
class CocoVideo:
    """A COCO-video file with its tables by video.

    Attributes:
        data: The json object, as the module describes it.
        source: File it came from.
    """

    data: dict[str, Any]
    source: str = ""

    @property
    def videos(self) -> list[dict[str, Any]]:
        """The videos, in the order of the file."""
        return self.data["videos"]

    @property
    def class_names(self) -> dict[int, str]:
        """Names of the categories by id."""
        return {category["id"]: category["name"] for category in self.data["categories"]}

    @cached_property
    def _images(self) -> dict[int, list[dict[str, Any]]]:
        images: dict[int, list[dict[str, Any]]] = {video["id"]: [] for video in self.videos}
        for image in sorted(self.data["images"], key=lambda image: image["frame_id"]):
            images[image["video_id"]].append(image)
        return images

    @cached_property
    def _annotations(self) -> dict[int, list[dict[str, Any]]]:
        annotations: dict[int, list[dict[str, Any]]] = {image["id"]: [] for image in self.data["images"]}
        for annotation in self.data["annotations"]:
            annotations[annotation["image_id"]].append(annotation)
        return annotations

    def video(self, name: str) -> dict[str, Any]:
        """Return the video of that name.

        Raises:
            FormatError: The file has none.
        """
        for video in self.videos:
            if video["name"] == name:
                return video
        known = ", ".join(str(video["name"]) for video in self.videos[:20])
        raise FormatError(self.source, f"has no video {name}", f"name one of: {known}")

    def images(self, video_name: str) -> list[dict[str, Any]]:
        """Return the images of a video in order of ``frame_id``."""
        return self._images[self.video(video_name)["id"]]

    def annotations(self, image_id: int) -> list[dict[str, Any]]:
        """Return the annotations of an image, in the order of the file."""
        return self._annotations[image_id]

    def frames(self, video_name: str) -> VideoFrames:
        """Return the frames of a video."""
        video, images = self.video(video_name), self.images(video_name)
        size = {**images[0], **video} if images else video
        return VideoFrames(
            name=video_name,
            frame_numbers=[image.get("frame_number", image["frame_id"]) for image in images],
            file_names=[image["file_name"] for image in images],
            height=size["height"],
            width=size["width"],
            frame_rate=video.get("frame_rate"),
        )

    @property
    def mask_class_ids(self) -> dict[str, int]:
        """Class ids of :meth:`mask_tracks` by name.

        Raises:
            FormatError: A class has the id of another.
        """
        return {self.class_names[category]: class_id for category, class_id in self._class_of_category.items()}

    @cached_property
    def _class_of_category(self) -> dict[int, int]:
        names: dict[int, str] = {}
        class_of = {category: MOTS_CLASS_IDS.get(name, category) for category, name in self.class_names.items()}
        for category, class_id in class_of.items():
            name = self.class_names[category]
            if names.setdefault(class_id, CLASS_NAMES.get(class_id, name)) != name:
                problem = f"category {name} has id {category}, which is that of {names[class_id]}"
                raise FormatError(self.source, problem, "number classes of your own from 3 on, without 10")
        return class_of

    def mask_tracks(self, video_name: str) -> MaskTracks:
        """Return the masks of a video in order of frame, with frame numbers and track ids of the source.

        Classes of MOTS are told by the names of their categories, whatever ids the file gives them; others keep the
        ids of the file.

        Raises:
            FormatError: An annotation without segmentation, one of no category, or a class whose id is that of another.
        """
        class_of = self._class_of_category
        frames: list[int] = []
        annotations: list[dict[str, Any]] = []
        masks: list[RLE] = []
        for image in self.images(video_name):
            found = self.annotations(image["id"])
            frames += [image.get("frame_number", image["frame_id"])] * len(found)
            annotations += found
            masks += [annotation_mask(annotation, self.source) for annotation in found]
        for annotation in annotations:
            if annotation["category_id"] not in class_of:
                problem = f"category id {annotation['category_id']} is not in 'categories'"
                cure = "add the category, or correct the id"
                raise FormatError(self.source, problem, cure, f"annotation {annotation['id']}")
        ids = [annotation.get("track_id", annotation.get("instance_id", -1)) for annotation in annotations]
        return MaskTracks(
            frames=np.asarray(frames, np.int64),
            track_ids=np.asarray(ids, np.int64),
            class_ids=np.asarray([class_of[annotation["category_id"]] for annotation in annotations], np.int64),
            masks=masks,
            source=self.source,
            name=video_name,
        )


def annotation_mask(annotation: dict[str, Any], source: str | os.PathLike[str]) -> RLE:
    """Return the mask of an annotation; run lengths written as a list, as YouTube-VIS does, are compressed.

    Whether a compressed string is sound is not looked at.

    Args:
        annotation: Its entry in the json.
        source: The json, for messages.

    Raises:
        FormatError: It has no run-length coded mask.
    """
    try:
        segmentation = annotation["segmentation"]
        height, width = segmentation["size"]
        if not (is_image_side(height) and is_image_side(width)):
            raise ValueError(f"no image has the size {height} x {width}")
        counts = segmentation["counts"]
        if isinstance(counts, str):
            counts = counts.encode("ascii", "replace")
        else:
            counts = encode_counts(np.asarray(counts, np.int64), height, width)
    except (KeyError, TypeError, ValueError, OverflowError) as error:
        problem = f"has no run-length coded mask ({type(error).__name__}: {error})"
        cure = "write 'segmentation': {'size': [height, width], 'counts': string}"
        raise FormatError(source, problem, cure, f"annotation {annotation['id']}") from error
    return {"size": [height, width], "counts": counts}


def read_coco_video(path: str | os.PathLike[str]) -> CocoVideo:
    """Read a COCO-video json.

    Only what is needed to find one's way is checked: the tables, their keys and the ids that point from one to the
    other.

    Raises:
        FormatError: Not json, a table or key is missing, or an id points nowhere.
        OSError: The file cannot be read.
    """
    source = os.fspath(path)
    data = read_json(path, _CURE)
    if not isinstance(data, dict):
        raise FormatError(source, "is not a json object", _CURE)
    for table, keys in _REQUIRED.items():
        if not isinstance(data.get(table), list):
            raise FormatError(source, f"has no table '{table}'", _CURE)
        for row, entry in enumerate(data[table]):
            missing = [key for key in keys if not isinstance(entry, dict) or key not in entry]
            if missing:
                raise FormatError(source, f"{table}[{row}] has no '{missing[0]}'", _CURE)
            problem = _problem_of_kind(entry)
            if problem:
                raise FormatError(source, f"{table}[{row}] has {problem}", _CURE)
    for table, key, target in (("images", "video_id", "videos"), ("annotations", "image_id", "images")):
        known = {entry["id"] for entry in data[target]}
        for entry in data[table]:
            if entry[key] not in known:
                problem = f"{key} {entry[key]} is not in '{target}'"
                raise FormatError(source, problem, _CURE, f"{table} id {entry['id']}")
    return CocoVideo(data, source)


def _problem_of_kind(entry: dict[str, Any]) -> str | None:
    for key in entry.keys() & _NUMBERS:
        if not is_integer(entry[key]):
            return f"{'an id' if key.endswith('id') else 'a ' + key} that is not a whole number ({key})"
    for key in entry.keys() & _WORDS:
        if not isinstance(entry[key], str):
            return f"a {key} that is no text"
    for key in entry.keys() & _SIDES:
        if not is_image_side(entry[key]):
            return f"a {key} that no image has"
    return None


def write_coco_video(path: str | os.PathLike[str], coco: CocoVideo) -> None:
    """Write a COCO-video json; the file appears whole or not at all."""
    text = json.dumps(coco.data, separators=(",", ":"))
    with atomic_write(path) as file:
        file.write(text)


def from_mask_tracks(
    videos: Iterable[tuple[VideoFrames, MaskTracks]],
    info: dict[str, Any] | None = None,
    class_names: Mapping[int, str] = CLASS_NAMES,
) -> CocoVideo:
    """Build a COCO-video file.

    Args:
        videos: Each video's frames and masks; the masks' frames must be among them.
        info: Free description of the data set.
        class_names: Names by class id; those of MOTS by default. ``IGNORE_CLASS`` is ignore regions in any case.

    Raises:
        ValueError: A mask of a frame that the video does not have.
    """
    data: dict[str, Any] = {
        "info": info or {},
        "categories": [{"id": class_id, "name": name} for class_id, name in class_names.items()],
        "videos": [],
        "images": [],
        "annotations": [],
    }
    for frames, tracks in videos:
        _append_video(data, frames, tracks)
    return CocoVideo(data)


def _append_video(data: dict[str, Any], frames: VideoFrames, tracks: MaskTracks) -> None:
    video = {
        "id": len(data["videos"]) + 1,
        "name": frames.name,
        "width": frames.width,
        "height": frames.height,
        "length": len(frames.frame_numbers),
    }
    if frames.frame_rate is not None:
        video["frame_rate"] = frames.frame_rate
    data["videos"].append(video)
    image_ids: dict[int, int] = {}
    for frame_id, (number, file_name) in enumerate(zip(frames.frame_numbers, frames.file_names, strict=True)):
        image_ids[number] = len(data["images"]) + 1
        image = {
            "id": image_ids[number],
            "video_id": video["id"],
            "video_name": frames.name,
            "frame_id": frame_id,
            "frame_number": number,
            "file_name": file_name,
            "width": frames.width,
            "height": frames.height,
        }
        data["images"].append(image)

    tracks = tracks.select(np.argsort(tracks.frames, kind="stable"))
    boxes_xywh = boxes(tracks.masks)
    boxes_xywh[:, 2:] -= boxes_xywh[:, :2]
    instance_ids: dict[tuple[int, int], int] = {}
    columns = (tracks.frames, tracks.track_ids, tracks.class_ids, boxes_xywh, areas(tracks.masks))
    for frame, track_id, class_id, box, area, mask in zip(*(c.tolist() for c in columns), tracks.masks, strict=True):
        if frame not in image_ids:
            raise ValueError(f"video {frames.name} has a mask in frame {frame}, but no such frame")
        annotation = {
            "id": len(data["annotations"]) + 1,
            "image_id": image_ids[frame],
            "video_id": video["id"],
            "category_id": class_id,
            "instance_id": instance_ids.setdefault((class_id, track_id), len(instance_ids) + 1),
            "track_id": track_id,
            "bbox": box,
            "area": area,
            "segmentation": {"size": list(mask["size"]), "counts": mask["counts"].decode("ascii")},
            "iscrowd": int(class_id == IGNORE_CLASS),
        }
        data["annotations"].append(annotation)
