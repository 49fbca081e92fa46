"""COCO's instance json, image by image, with the track of each annotation beside it: what many tools export.

Identities are the annotations' ``track_id``, ``instance_id`` or ``attributes.track_id`` (CVAT's COCO export), the first
of them there is, or a key of one's own. The video of an image is its ``video_id``, else the folder in its
``file_name``; its frame is its ``frame_id``, else the number at the end of its name. Masks are polygons or run-length
codes, compressed or not; crowds become ignore regions. See https://cocodataset.org/#format-data.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any

import numpy as np

from mots_plugin.formats.class_numbers import MOTS_CLASS_IDS, class_id_of
from mots_plugin.formats.coco_video import annotation_mask
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.labelled_masks import IGNORE_ID, collect_masks, frame_number_of, merge_parts
from mots_plugin.formats.mask_tracks import IGNORE_CLASS, MaskTracks
from mots_plugin.formats.polygons import polygons_to_rle
from mots_plugin.formats.reading import is_image_side, is_integer, read_json, surprises_named
from mots_plugin.formats.rle import RLE, validate

TRACK_KEYS = ("track_id", "instance_id", "attributes.track_id")
_CURE = "export it anew as COCO instances"


@dataclass(frozen=True)
class CocoImages:
    """A json as read.

    Attributes:
        source: The file.
        categories: Names of the categories by id, in the order of the file.
        videos: Images by frame number, ascending, by name of the video.
        annotations: Annotations by image id.
    """

    source: str
    categories: dict[int, str]
    videos: dict[str, dict[int, dict[str, Any]]]
    annotations: dict[int, list[dict[str, Any]]]

    def image_files(self, video: str, root: Path) -> dict[int, Path]:
        """Return the image files of a video by frame number.

        Raises:
            FormatError: One is missing.
        """
        files = {number: root / image["file_name"] for number, image in self.videos[video].items()}
        for number, path in files.items():
            if not path.is_file():
                problem = f"its image {path} is missing"
                cure = "name the folder that the file names are relative to with --images"
                raise FormatError(self.source, problem, cure, f"images id {self.videos[video][number]['id']}")
        return files

    def mask_tracks(
        self, video: str, track_key: str | None = None, class_ids: Mapping[str, int] = MOTS_CLASS_IDS
    ) -> MaskTracks:
        """Return the masks of a video, in the order of the file within each frame; several of one object are its parts.

        Args:
            video: Its name.
            track_key: Where annotations have their identity; by default the first of :data:`TRACK_KEYS` they have.
            class_ids: Ids of the classes there are, by name.

        Raises:
            FormatError: An annotation without mask or identity, or with an unknown class.
        """
        rows: list[tuple[int, int, int, RLE]] = []
        for number, image in self.videos[video].items():
            parts: dict[tuple[int, int], list[RLE]] = {}
            for annotation in self.annotations.get(image["id"], []):
                place = f"annotation {annotation.get('id') if isinstance(annotation, dict) else annotation}"[:80]
                with surprises_named(self.source, "cannot be used", _CURE, place):
                    name = self.categories.get(annotation.get("category_id", -1))
                    if name is None:
                        problem = f"category_id {annotation.get('category_id')} is not in 'categories'"
                        raise FormatError(self.source, problem, _CURE, place)
                    class_id = (
                        IGNORE_CLASS if annotation.get("iscrowd") else class_id_of(name, self.source, place, class_ids)
                    )
                    track_id = IGNORE_ID
                    if class_id != IGNORE_CLASS:
                        track_id = self._identity(annotation, track_key, place)
                    parts.setdefault((track_id, class_id), []).append(self._mask(annotation, image, place))
            rows += [(number, *found) for found in merge_parts(parts)]
        return collect_masks(rows, self.source, video)

    def _identity(self, annotation: dict[str, Any], track_key: str | None, place: str) -> int:
        keys = TRACK_KEYS if track_key is None else (track_key,)
        for key in keys:
            value: Any = annotation
            for part in key.split("."):
                value = value.get(part) if isinstance(value, dict) else None
            if isinstance(value, (int, str)) and str(value).isdecimal() and is_integer(int(value)):
                return int(value)
            if value is not None:
                problem = f"{key} is {json.dumps(value)[:40]}"
                raise FormatError(self.source, problem, "let it be a whole number, the same in all frames", place)
        cure = "export with track ids, or say which key has them with --track-key"
        raise FormatError(self.source, f"has no identity ({', '.join(keys)})", cure, place)

    def _mask(self, annotation: dict[str, Any], image: dict[str, Any], place: str) -> RLE:
        segmentation = annotation.get("segmentation")
        with surprises_named(self.source, "its mask cannot be read", "draw it anew", place):
            if isinstance(segmentation, list) and segmentation:
                polygons = [np.asarray(polygon, np.float64).reshape(-1, 2) for polygon in segmentation]
                return polygons_to_rle(polygons, image["height"], image["width"])
            if isinstance(segmentation, dict):
                mask = annotation_mask(annotation, self.source)
                broken = validate(mask)
                if broken is not None:
                    raise ValueError(f"run-length code {broken}")
                return mask
        cure = "draw masks, or make them of boxes with tools/boxes_to_masks.py"
        raise FormatError(self.source, "has no mask (segmentation)", cure, place)


def read_coco_images(path: str | os.PathLike[str]) -> CocoImages:
    """Read a json; masks and identities are looked at later.

    Raises:
        FormatError: Not such a json, or two images that are one frame of a video.
        OSError: The file cannot be read.
    """
    source = os.fspath(path)
    data = read_json(path, _CURE, "is no COCO json")
    with surprises_named(path, "is no COCO json", _CURE):
        categories = {int(category["id"]): str(category["name"]) for category in data["categories"]}
        names = {video["id"]: str(video["name"]) for video in data.get("videos", [])}
        images: list[dict[str, Any]] = list(data["images"])
        for image in images:
            if not (is_image_side(image["height"]) and is_image_side(image["width"])):
                raise ValueError(f"image {image['id']} is of {image['height']} x {image['width']} pixels")
        known = {image["id"] for image in images}
        places = [_video_and_frame(image, names, source) for image in images]
        annotations: dict[int, list[dict[str, Any]]] = {}
        for annotation in data["annotations"]:
            annotations.setdefault(annotation["image_id"], []).append(annotation)
    lost = annotations.keys() - known
    if lost:
        problem = f"annotations name the image {min(lost, key=str)}, which is not in 'images'"
        raise FormatError(source, problem, _CURE)
    videos: dict[str, dict[int, dict[str, Any]]] = {}
    for image, (name, frame) in zip(images, places, strict=True):
        frames = videos.setdefault(name, {})
        if frame in frames:
            problem = f"{frames[frame]['file_name']} and {image['file_name']} are both frame {frame} of video {name}"
            cure = "give images a frame_id, or number them through at the end of their names, a folder a video"
            raise FormatError(source, problem, cure)
        frames[frame] = image
    if not videos:
        raise FormatError(source, "holds no image", _CURE)
    ordered = {name: dict(sorted(frames.items())) for name, frames in sorted(videos.items())}
    return CocoImages(source, categories, ordered, annotations)


def _video_and_frame(image: dict[str, Any], names: Mapping[Any, str], source: str) -> tuple[str, int]:
    file_name = image["file_name"]
    name = PurePosixPath(file_name).parent.name or Path(source).stem
    if "video_id" in image:
        name = names.get(image["video_id"], str(image["video_id"]))
    frame = image["frame_id"] if "frame_id" in image else frame_number_of(file_name, source)
    return name, int(frame)
