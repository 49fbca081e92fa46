"""Videos with instance masks and identities, read from COCO-video json."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
from mmdet.datasets.base_video_dataset import BaseVideoDataset
from mmdet.registry import DATASETS

from mots_plugin.datasets.categories import labels_by_category
from mots_plugin.datasets.packed_frames import PackedFrames
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS

_CONVERT = "convert the raw data with one of data_converters/"


@DATASETS.register_module()
class MOTSVideoDataset(BaseVideoDataset):
    """One item a video; samplers ask for ``(video, frame)`` pairs.

    ``get_data_info(i)`` is a dict with ``video_id``, ``video_name``, ``video_length``, ``object_counts`` (``(T,)``
    int64, objects a frame that are not ignored) and ``images``, one dict a frame, in order: ``img_id``, ``img_path``,
    ``height``, ``width``, ``frame_id`` (position, from 0), ``frame_number`` (number in the source), ``video_id``,
    ``video_name``, ``frame_rate`` (frames per second, None when unknown), ``previous_img_path`` (None on frame 0) and
    ``instances``. An instance has ``bbox`` (xyxy, pixels, exclusive right and bottom), ``bbox_label`` (index in
    ``metainfo['classes']``), ``mask`` (run-length code), ``instance_id`` (from 1) and ``ignore_flag``.

    Crowds and the ignore category become instances of label 0 with ``ignore_flag`` 1. Objects of other classes than
    ``metainfo['classes']`` are left out. Frames without objects always stay, since clips need neighbours.

    Args:
        args: As in ``BaseVideoDataset``.
        with_masks: Give every instance its ``mask``; False: boxes alone, for files that may have none.
        serialize_data: Frames are packed one by one already; packing whole videos on top of it would only cost time.
        kwargs: As in ``BaseVideoDataset``: ``ann_file``, ``data_root``, ``data_prefix=dict(img_path=…)``,
            ``metainfo=dict(classes=…)``, ``pipeline``, ``test_mode``, ``indices`` … ``filter_cfg`` has no effect.

    Raises:
        FormatError: The annotation file is missing, is no COCO-video json, lacks one of the classes, or holds
            an annotation that cannot be used.
    """

    METAINFO = {"classes": ("car", "pedestrian")}

    def __init__(self, *args: Any, with_masks: bool = True, serialize_data: bool = False, **kwargs: Any) -> None:
        self.with_masks = with_masks
        super().__init__(*args, serialize_data=serialize_data, **kwargs)

    def load_data_list(self) -> list[dict]:
        """Read ``ann_file``; the videos come in the order of the file."""
        if not Path(self.ann_file).is_file():
            raise FormatError(self.ann_file, "annotation file not found", f"{_CONVERT}, or correct ann_file")
        coco = read_coco_video(self.ann_file)
        self.cat2label = labels_by_category(self.ann_file, coco.class_names, self.metainfo["classes"])
        self.cat_ids = list(self.cat2label)
        if not coco.videos:
            raise FormatError(self.ann_file, "holds no video", _CONVERT)
        return [self._video(coco, video) for video in coco.videos]

    def _video(self, coco: CocoVideo, video: dict) -> dict:
        frames: list[dict] = []
        for image in coco.images(video["name"]):
            annotations = coco.annotations(image["id"])
            frame = self.parse_data_info({"raw_img_info": image, "raw_ann_info": annotations})
            frame["video_name"] = video["name"]
            frame["frame_rate"] = video.get("frame_rate")
            frame["previous_img_path"] = frames[-1]["img_path"] if frames else None
            frames.append(frame)
        if [frame["frame_id"] for frame in frames] != list(range(len(frames))):
            problem, place = "frame_id does not count 0, 1, 2, … without gaps", f"video {video['name']}"
            raise FormatError(self.ann_file, problem, _CONVERT, place)
        counts = [sum(not instance["ignore_flag"] for instance in frame["instances"]) for frame in frames]
        return {
            "video_id": video["id"],
            "video_name": video["name"],
            "video_length": len(frames),
            "object_counts": np.array(counts, np.int64),
            "images": PackedFrames(frames),
        }

    def parse_data_info(self, raw_data_info: dict) -> dict:
        """Turn one image of the json, and its annotations, into a frame dict."""
        image = raw_data_info["raw_img_info"]
        instances = []
        for annotation in raw_data_info["raw_ann_info"]:
            ignored = bool(annotation.get("iscrowd")) or annotation["category_id"] == IGNORE_CLASS
            if not ignored and annotation["category_id"] not in self.cat2label:
                continue
            self._check(annotation, image)
            left, top, width, height = annotation["bbox"]
            instance = {
                "bbox": [left, top, left + width, top + height],
                "bbox_label": 0 if ignored else self.cat2label[annotation["category_id"]],
                "instance_id": annotation["instance_id"],
                "ignore_flag": int(ignored),
            }
            if self.with_masks:
                instance["mask"] = annotation["segmentation"]
            instances.append(instance)
        return {
            "img_id": image["id"],
            "img_path": os.path.join(self.data_prefix.get("img_path") or "", image["file_name"]),
            "height": image["height"],
            "width": image["width"],
            "frame_id": image["frame_id"],
            "frame_number": image.get("frame_number", image["frame_id"]),
            "video_id": image["video_id"],
            "instances": instances,
        }

    def filter_data(self) -> list[dict]:
        """Keep every frame: a clip of neighbours has no gaps."""
        return self.data_list

    def _check(self, annotation: dict, image: dict) -> None:
        problem = None
        mask = annotation.get("segmentation")
        if annotation.get("instance_id", 0) < 1:
            problem = "instance_id is missing or below 1"
        elif "bbox" not in annotation or (self.with_masks and not mask):
            problem = "has no mask (segmentation) or no bbox" if self.with_masks else "has no bbox"
        elif self.with_masks and isinstance(mask, dict) and list(mask["size"]) != [image["height"], image["width"]]:
            problem = f"mask is {mask['size']} (height, width), its image {[image['height'], image['width']]}"
        if problem:
            cure, place = "run tools/validate_data.py for a list of all faults", f"annotation {annotation['id']}"
            raise FormatError(self.ann_file, problem, cure, place)
