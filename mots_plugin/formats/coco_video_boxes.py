"""COCO-video json of boxes without masks, in which a box may lack an identity.

As :mod:`mots_plugin.formats.coco_video` has it, without ``segmentation``; ``instance_id`` and ``track_id`` of a box
without identity are -1, and ``area`` is that of the box. Images of a video may differ in size, as collections of still
images do.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.coco_video import CocoVideo

NO_IDENTITY = -1


@dataclass(frozen=True)
class BoxImage:
    """One image and its N boxes.

    Attributes:
        file_name: Relative to the root of the data set.
        frame_number: Its number in the source.
        height: Pixels.
        width: Pixels.
        boxes: ``(N, 4)`` float64 xyxy, pixels.
        category_ids: ``(N,)`` int64.
        identities: ``(N,)`` int64 identity in the source, -1 for none.
    """

    file_name: str
    frame_number: int
    height: int
    width: int
    boxes: NDArray[np.float64]
    category_ids: NDArray[np.int64]
    identities: NDArray[np.int64]


@dataclass(frozen=True)
class BoxVideo:
    """A video, or a folder of images that are none.

    Attributes:
        name: Its name.
        images: In order.
        frame_rate: Frames per second, None when unknown.
    """

    name: str
    images: Sequence[BoxImage]
    frame_rate: float | None = None


def from_box_videos(
    videos: Iterable[BoxVideo], categories: Mapping[str, int], info: dict[str, Any] | None = None
) -> CocoVideo:
    """Build a COCO-video file.

    Args:
        videos: The videos.
        categories: Ids of the categories by name.
        info: Free description of the data set.
    """
    data: dict[str, Any] = {
        "info": info or {},
        "categories": [{"id": category, "name": name} for name, category in categories.items()],
        "videos": [],
        "images": [],
        "annotations": [],
    }
    for video in videos:
        _append_video(data, video)
    return CocoVideo(data)


def _append_video(data: dict[str, Any], video: BoxVideo) -> None:
    first = video.images[0]
    entry = {
        "id": len(data["videos"]) + 1,
        "name": video.name,
        "width": first.width,
        "height": first.height,
        "length": len(video.images),
    }
    if video.frame_rate is not None:
        entry["frame_rate"] = video.frame_rate
    data["videos"].append(entry)
    instance_ids: dict[tuple[int, int], int] = {}
    for frame_id, image in enumerate(video.images):
        image_entry = {
            "id": len(data["images"]) + 1,
            "video_id": entry["id"],
            "video_name": video.name,
            "frame_id": frame_id,
            "frame_number": image.frame_number,
            "file_name": image.file_name,
            "width": image.width,
            "height": image.height,
        }
        data["images"].append(image_entry)
        rows = zip(image.boxes.tolist(), image.category_ids.tolist(), image.identities.tolist(), strict=True)
        for (left, top, right, bottom), category, identity in rows:
            instance_id = NO_IDENTITY
            if identity != NO_IDENTITY:
                instance_id = instance_ids.setdefault((category, identity), len(instance_ids) + 1)
            annotation = {
                "id": len(data["annotations"]) + 1,
                "image_id": image_entry["id"],
                "video_id": entry["id"],
                "category_id": category,
                "instance_id": instance_id,
                "track_id": identity,
                "bbox": [left, top, right - left, bottom - top],
                "area": (right - left) * (bottom - top),
                "iscrowd": 0,
            }
            data["annotations"].append(annotation)


def summarise_boxes(name: str, coco: CocoVideo, identities_by_video: bool) -> str:
    """Return a line on what a file holds.

    Args:
        name: What to call it.
        coco: The file.
        identities_by_video: An identity means one object within its video, rather than all over the file.
    """
    annotations = coco.data["annotations"]
    key = ("video_id", "instance_id") if identities_by_video else ("track_id",)
    known = [annotation for annotation in annotations if annotation["track_id"] != NO_IDENTITY]
    identities = {(annotation["category_id"], *(annotation[part] for part in key)) for annotation in known}
    return (
        f"{name}: {len(coco.videos)} videos, {len(coco.data['images'])} images, {len(annotations)} boxes, "
        f"{len(identities)} identities ({len(annotations) - len(known)} boxes without)"
    )
