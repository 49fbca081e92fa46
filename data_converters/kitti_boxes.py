"""Put KITTI's tracking boxes in the place of the masks of COCO-video json: the same videos and frames, boxes alone.

    python data_converters/kitti_boxes.py annotations/train.json training/label_02 annotations/boxes_train.json

For each video of the first json, LABELS holds ``NAME.txt``. Cars and pedestrians become objects; vans, sitting people
and DontCare regions, near which KITTI's own evaluation counts no errors, become ignore regions; all else is left out.
The boxes are KITTI's: those of whole objects, the hidden part included, cut off at the image.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from mots_plugin.formats.box_tracks import BoxTracks
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video, write_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.kitti_box import KITTI_CLASSES, read_kitti_box
from mots_plugin.formats.mask_tracks import CLASS_NAMES, IGNORE_CLASS
from mots_plugin.formats.one_line_errors import report_errors_in_one_line

_CAR, _PEDESTRIAN = 1, 2
CLASS_IDS = {
    KITTI_CLASSES["car"]: _CAR,
    KITTI_CLASSES["pedestrian"]: _PEDESTRIAN,
    KITTI_CLASSES["van"]: IGNORE_CLASS,
    KITTI_CLASSES["person_sitting"]: IGNORE_CLASS,
    KITTI_CLASSES["dontcare"]: IGNORE_CLASS,
}


def parse_arguments(argv: Sequence[str] | None = None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", metavar="JSON", type=Path, help="COCO-video json whose videos and frames to take")
    parser.add_argument("labels", metavar="LABELS", type=Path, help="folder of label_02/NAME.txt")
    parser.add_argument("destination", metavar="OUT", type=Path, help="json to write")
    return parser.parse_args(argv)


def with_boxes(coco: CocoVideo, labels: Path) -> CocoVideo:
    """Return the same videos and frames with boxes of KITTI's labels.

    Args:
        coco: COCO-video; its annotations are not looked at.
        labels: Folder of ``NAME.txt``.

    Raises:
        FormatError: A video has no labels, or they cannot be read.
    """
    annotations: list[dict[str, Any]] = []
    for video in coco.videos:
        path = labels / f"{video['name']}.txt"
        if not path.is_file():
            raise FormatError(labels, f"has no {path.name}", f"give the labels of all videos of {coco.source}")
        tracks = read_kitti_box(path)
        images = {image.get("frame_number", image["frame_id"]): image for image in coco.images(video["name"])}
        instance_ids: dict[tuple[int, int], int] = {}
        for row in np.argsort(tracks.frames, kind="stable").tolist():
            image, class_id = images.get(int(tracks.frames[row])), CLASS_IDS.get(int(tracks.class_ids[row]))
            box = None if image is None or class_id is None else _box_in_image(tracks, row, image)
            if image is None or class_id is None or box is None:
                continue
            track_id = int(tracks.track_ids[row]) if class_id != IGNORE_CLASS else -len(instance_ids) - 1
            annotations.append(
                {
                    "id": len(annotations) + 1,
                    "image_id": image["id"],
                    "video_id": video["id"],
                    "category_id": class_id,
                    "instance_id": instance_ids.setdefault((class_id, track_id), len(instance_ids) + 1),
                    "track_id": max(track_id, -1),
                    "bbox": box,
                    "area": box[2] * box[3],
                    "iscrowd": int(class_id == IGNORE_CLASS),
                }
            )
    categories = [{"id": class_id, "name": name} for class_id, name in CLASS_NAMES.items()]
    return CocoVideo({**coco.data, "categories": categories, "annotations": annotations})


def _box_in_image(tracks: BoxTracks, row: int, image: dict[str, Any]) -> list[float] | None:
    """Return a box as x, y, width, height, cut off at the image's edges; None if nothing is left."""
    limits = np.array([image["width"], image["height"]] * 2, float)
    x0, y0, x1, y1 = np.clip(tracks.boxes[row], 0, limits).tolist()
    return [x0, y0, x1 - x0, y1 - y0] if x1 > x0 and y1 > y0 else None


@report_errors_in_one_line
def main(argv: Sequence[str] | None = None) -> None:
    arguments = parse_arguments(argv)
    if not arguments.labels.is_dir():
        raise FormatError(arguments.labels, "is not a folder", "give KITTI's label_02, which holds NAME.txt")
    coco = with_boxes(read_coco_video(arguments.source), arguments.labels)
    write_coco_video(arguments.destination, coco)
    regions = sum(annotation["iscrowd"] for annotation in coco.data["annotations"])
    boxes = len(coco.data["annotations"]) - regions
    print(f"{len(coco.videos)} videos, {boxes} boxes, {regions} ignore regions in {arguments.destination}")


if __name__ == "__main__":
    sys.exit(main())
