"""Videos with instance masks and identities, read from COCO-video json."""

from __future__ import annotations

import json
import os
from collections import defaultdict
from pathlib import Path
from typing import Any

import numpy as np
from mmdet.datasets.base_video_dataset import BaseVideoDataset
from mmdet.registry import DATASETS

from mots_plugin.datasets.packed_frames import PackedFrames
from mots_plugin.formats.errors import FormatError

_CONVERT = "convert the raw data with one of data_converters/"
_IGNORE_CATEGORY = 10


@DATASETS.register_module()
class MOTSVideoDataset(BaseVideoDataset):
    """One item a video; samplers ask for ``(video, frame)`` pairs.

    ``get_data_info(i)`` is a dict with ``video_id``, ``video_name``, ``video_length``, ``object_counts`` (``(T,)``
    int64, objects a frame that are not ignored) and ``images``, one dict a frame, in order: ``img_id``, ``img_path``,
    ``height``, ``width``, ``frame_id`` (position, from 0), ``frame_number`` (number in the source), ``video_id``,
    ``video_name``, ``previous_img_path`` (None on frame 0) and ``instances``. An instance has ``bbox`` (xyxy, pixels,
    exclusive right and bottom), ``bbox_label`` (index in ``metainfo['classes']``), ``mask`` (run-length code),
    ``instance_id`` (from 1) and ``ignore_flag``.

    Crowds and the ignore category become instances of label 0 with ``ignore_flag`` 1. Objects of other classes than
    ``metainfo['classes']`` are left out. Frames without objects always stay, since clips need neighbours.

    Args:
        args: As in ``BaseVideoDataset``.
        serialize_data: Frames are packed one by one already; packing whole videos on top of it would only cost time.
        kwargs: As in ``BaseVideoDataset``: ``ann_file``, ``data_root``, ``data_prefix=dict(img_path=…)``,
            ``metainfo=dict(classes=…)``, ``pipeline``, ``test_mode``, ``indices`` … ``filter_cfg`` has no effect.

    Raises:
        FormatError: The annotation file is missing, is no COCO-video json, lacks one of the classes, or holds
            an annotation that cannot be used.
    """

    METAINFO = {"classes": ("car", "pedestrian")}

    def __init__(self, *args: Any, serialize_data: bool = False, **kwargs: Any) -> None:
        super().__init__(*args, serialize_data=serialize_data, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Read ``ann_file``; the videos come in the order of the file."""
        content = _read_json(Path(self.ann_file))
        self.cat2label = self._labels_by_category(content["categories"])
        self.cat_ids = list(self.cat2label)

        annotations = defaultdict(list)
        for annotation in content["annotations"]:
            annotations[annotation["image_id"]].append(annotation)
        images = defaultdict(list)
        for image in content["images"]:
            images[image["video_id"]].append(image)

        data_list = []
        for video in content["videos"]:
            frames: list[dict] = []
            for image in sorted(images[video["id"]], key=lambda image: image["frame_id"]):
                frame = self.parse_data_info({"raw_img_info": image, "raw_ann_info": annotations[image["id"]]})
                frame["previous_img_path"] = frames[-1]["img_path"] if frames else None
                frames.append(frame)
            if [frame["frame_id"] for frame in frames] != list(range(len(frames))):
                raise FormatError(
                    self.ann_file,
                    "frame_id does not count 0, 1, 2, … without gaps",
                    _CONVERT,
                    place=f"video {video['name']}",
                )
            counts = [sum(not instance["ignore_flag"] for instance in frame["instances"]) for frame in frames]
            data_list.append(
                {
                    "video_id": video["id"],
                    "video_name": video["name"],
                    "video_length": len(frames),
                    "object_counts": np.array(counts, np.int64),
                    "images": PackedFrames(frames),
                }
            )
        if not data_list:
            raise FormatError(self.ann_file, "holds no video", _CONVERT)
        return data_list

    def parse_data_info(self, raw_data_info: dict) -> dict:
        """Turn one image of the json, and its annotations, into a frame dict."""
        image = raw_data_info["raw_img_info"]
        instances = []
        for annotation in raw_data_info["raw_ann_info"]:
            ignored = bool(annotation.get("iscrowd")) or annotation["category_id"] == _IGNORE_CATEGORY
            if not ignored and annotation["category_id"] not in self.cat2label:
                continue
            self._check(annotation, image)
            left, top, width, height = annotation["bbox"]
            instances.append(
                {
                    "bbox": [left, top, left + width, top + height],
                    "bbox_label": 0 if ignored else self.cat2label[annotation["category_id"]],
                    "mask": annotation["segmentation"],
                    "instance_id": annotation["instance_id"],
                    "ignore_flag": int(ignored),
                }
            )
        return {
            "img_id": image["id"],
            "img_path": os.path.join(self.data_prefix.get("img_path") or "", image["file_name"]),
            "height": image["height"],
            "width": image["width"],
            "frame_id": image["frame_id"],
            "frame_number": image["frame_number"],
            "video_id": image["video_id"],
            "video_name": image["video_name"],
            "instances": instances,
        }

    def filter_data(self) -> list[dict]:
        """Keep every frame: a clip of neighbours has no gaps."""
        return self.data_list

    def _labels_by_category(self, categories: list[dict]) -> dict[int, int]:
        ids = {category["name"]: category["id"] for category in categories}
        missing = [name for name in self.metainfo["classes"] if name not in ids]
        if missing:
            raise FormatError(
                self.ann_file,
                f"has no category {', '.join(missing)}, only {', '.join(ids)}",
                "set metainfo=dict(classes=(…)) of the dataset to classes of this file",
            )
        return {ids[name]: label for label, name in enumerate(self.metainfo["classes"])}

    def _check(self, annotation: dict, image: dict) -> None:
        problem = None
        if annotation.get("instance_id", 0) < 1:
            problem = "instance_id is missing or below 1"
        elif "segmentation" not in annotation:
            problem = "has no mask (segmentation)"
        elif list(annotation["segmentation"]["size"]) != [image["height"], image["width"]]:
            problem = (
                f"mask of size {annotation['segmentation']['size']} in an image of height and width "
                f"{[image['height'], image['width']]}"
            )
        if problem:
            raise FormatError(
                self.ann_file,
                problem,
                "run tools/validate_data.py for a list of all faults",
                place=f"annotation {annotation['id']}",
            )


def _read_json(path: Path) -> dict:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise FormatError(path, "annotation file not found", f"{_CONVERT}, or correct ann_file") from None
    except (UnicodeDecodeError, json.JSONDecodeError) as error:
        raise FormatError(path, f"is not json ({error})", _CONVERT) from None
    keys = ("videos", "images", "annotations", "categories")
    missing = [key for key in keys if not isinstance(content, dict) or key not in content]
    if missing:
        raise FormatError(path, f"is no COCO-video json, it lacks {', '.join(missing)}", _CONVERT)
    return content
