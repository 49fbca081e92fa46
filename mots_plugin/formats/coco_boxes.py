"""The boxes of a COCO-video file, whether it has masks or not."""

from __future__ import annotations

import numpy as np

from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.coco_video import CocoVideo
from mots_plugin.formats.errors import FormatError

REGION_CLASS = 0
"""Class given to crowds and to objects of category ``ignore``; categories of COCO count from 1."""


def coco_box_tracks(coco: CocoVideo, video_name: str) -> BoxTracks:
    """Return the boxes of a video in order of frame, with frame numbers and track ids of the source.

    Args:
        coco: The file.
        video_name: Name of the video.

    Returns:
        Boxes whose classes are the category ids of the file, or :data:`REGION_CLASS`; scores are 1.

    Raises:
        FormatError: There is no such video, or an annotation without a box of four finite numbers.
    """
    regions = {class_id for class_id, name in coco.class_names.items() if name == "ignore"}
    rows: list[tuple[int, int, int]] = []
    boxes: list[list[float]] = []
    for image in coco.images(video_name):
        for annotation in coco.annotations(image["id"]):
            is_region = annotation.get("iscrowd") or annotation["category_id"] in regions
            rows.append(
                (
                    image.get("frame_number", image["frame_id"]),
                    annotation.get("track_id", annotation.get("instance_id", -1)),
                    REGION_CLASS if is_region else annotation["category_id"],
                )
            )
            try:
                left, top, width, height = map(float, annotation["bbox"])
            except (KeyError, TypeError, ValueError) as error:
                problem = f"has no box ({type(error).__name__}: {error})"
                place = f"annotation {annotation['id']}"
                raise FormatError(coco.source, problem, "write 'bbox': [x, y, width, height]", place) from error
            boxes.append([left, top, left + width, top + height])
    frames, track_ids, class_ids = np.asarray(rows, np.int64).reshape(-1, 3).T
    return BoxTracks(
        frames,
        track_ids,
        np.asarray(boxes, float).reshape(-1, 4),
        scores=np.ones(len(rows)),
        class_ids=class_ids,
        source=coco.source,
        name=video_name,
    )
