"""Single images with boxes, of which some have an identity, read from COCO-video json."""

from __future__ import annotations

import math
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, NamedTuple

import numpy as np
from mmdet.registry import DATASETS
from mmengine.dataset import BaseDataset
from numpy.typing import NDArray

from mots_plugin.datasets.categories import labels_by_category
from mots_plugin.formats.coco_video import CocoVideo, read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS

UNLABELLED = -1
"""Identity of a box that has none."""

_CONVERT = "convert the raw data with one of data_converters/, or correct ann_file"


class SourceCounts(NamedTuple):
    """What a data set holds, ignored boxes left out."""

    images: int
    boxes: int
    identities: NDArray[np.int64]  # (number of classes,)


@DATASETS.register_module()
class IdentifiedBoxDataset(BaseDataset):
    """One item an image, its objects with identities that count from 0 within each class.

    ``get_data_info(i)`` is a dict with ``img_path``, ``img_id``, ``height``, ``width``, ``video_name``,
    ``frame_number`` and ``instances``. An instance has ``bbox`` (xyxy, pixels, right and bottom edges exclusive),
    ``bbox_label`` (index in ``metainfo['classes']``), ``identity`` (-1: none is known) and ``ignore_flag``; where masks
    are asked for, also ``mask`` (run-length code). Crowds and the ignore category become instances of label 0 with
    ``ignore_flag`` 1 and without identity.

    Args:
        identities: Where an id of the source means one object: within its ``'video'`` (``instance_id``), or all over
            the ``'dataset'`` (``track_id``), as in collections of still images.
        with_masks: Give the masks of the file too.
        kwargs: As in mmengine's ``BaseDataset``: ``ann_file``, ``data_root``, ``data_prefix=dict(img_path=…)``,
            ``metainfo=dict(classes=…)``, ``pipeline``, ``indices`` …

    Attributes:
        identity_offsets: ``(number of classes,)`` added to the identities of each class; set by a data set that joins
            several.

    Raises:
        FormatError: The annotation file is missing, is no COCO-video json, lacks one of the classes, or holds an
            object without a box.
    """

    METAINFO = {"classes": ("car", "pedestrian")}

    def __init__(
        self, *, identities: Literal["video", "dataset"] = "video", with_masks: bool = False, **kwargs: Any
    ) -> None:
        if identities not in ("video", "dataset"):
            raise ValueError(f"IdentifiedBoxDataset: identities {identities!r} is neither 'video' nor 'dataset'")
        self.identities = identities
        self.with_masks = with_masks
        super().__init__(**kwargs)

    def load_data_list(self) -> list[dict]:
        """Read ``ann_file``, video after video, frames in order."""
        if not Path(self.ann_file).is_file():
            raise FormatError(self.ann_file, "annotation file not found", _CONVERT)
        coco = read_coco_video(self.ann_file)
        classes = self.metainfo["classes"]
        labels = labels_by_category(self.ann_file, coco.class_names, classes)
        numbers: list[dict[Any, int]] = [{} for _ in classes]
        images = [self._image(image, coco, labels, numbers) for image in _in_order(coco)]
        if not images:
            raise FormatError(self.ann_file, "holds no image", _CONVERT)
        boxes = sum(not instance["ignore_flag"] for image in images for instance in image["instances"])
        self.counts = SourceCounts(len(images), boxes, np.array([len(known) for known in numbers], np.int64))
        self.identity_offsets = np.zeros(len(classes), np.int64)
        return images

    @property
    def identity_counts(self) -> list[int]:
        """Number of identities of each class."""
        return self.counts.identities.tolist()

    def neighbours(self) -> NDArray[np.int64]:
        """Return for each item the next frame of its video, of the last frame the one before; itself if it is alone."""
        videos = np.array([self.get_data_info(index)["video_name"] for index in range(len(self))])
        following = np.arange(1, len(self) + 1)
        last = np.append(videos[1:] != videos[:-1], True)
        first = np.append(True, last[:-1])
        following[last] -= 2
        following[last & first] += 1
        return following

    def get_data_info(self, idx: int) -> dict:
        """Return one image, its identities offset."""
        image = super().get_data_info(idx)
        for instance in image["instances"]:
            if instance["identity"] != UNLABELLED:
                instance["identity"] += int(self.identity_offsets[instance["bbox_label"]])
        return image

    def _image(self, image: dict, coco: CocoVideo, labels: dict[int, int], numbers: list[dict[Any, int]]) -> dict:
        instances = []
        for annotation in coco.annotations(image["id"]):
            ignored = bool(annotation.get("iscrowd")) or annotation["category_id"] == IGNORE_CLASS
            if not ignored and annotation["category_id"] not in labels:
                continue
            label = 0 if ignored else labels[annotation["category_id"]]
            identity = UNLABELLED if ignored else self._identity(annotation, image, numbers[label])
            box = _corners(annotation, self.ann_file)
            instance = {"bbox": box, "bbox_label": label, "identity": identity, "ignore_flag": int(ignored)}
            if self.with_masks:
                instance["mask"] = _mask(annotation, self.ann_file)
            instances.append(instance)
        return {
            "img_path": str(Path(self.data_prefix.get("img_path") or "", image["file_name"])),
            "img_id": image["id"],
            "height": image["height"],
            "width": image["width"],
            "video_name": image.get("video_name", str(image["video_id"])),
            "frame_number": image.get("frame_number", image["frame_id"]),
            "instances": instances,
        }

    def _identity(self, annotation: dict, image: dict, numbers: dict[Any, int]) -> int:
        """Return the number of an identity within its class, the next one if it is new."""
        instance_id = annotation.get("instance_id", UNLABELLED)
        source_id = instance_id if self.identities == "video" else annotation.get("track_id", instance_id)
        if source_id < 0:
            return UNLABELLED
        key = (image["video_id"], source_id) if self.identities == "video" else source_id
        return numbers.setdefault(key, len(numbers))


def _in_order(coco: CocoVideo) -> Iterator[dict]:
    return (image for video in coco.videos for image in coco.images(video["name"]))


def _mask(annotation: dict, ann_file: str) -> Any:
    if not annotation.get("segmentation"):
        place = f"annotation {annotation['id']}"
        raise FormatError(ann_file, "has no mask (segmentation)", "choose a data set with masks", place)
    return annotation["segmentation"]


def _corners(annotation: dict, ann_file: str) -> list[float]:
    """Return a box as xyxy."""
    try:
        left, top, width, height = map(float, annotation["bbox"])
    except (KeyError, TypeError, ValueError):
        left, top, width, height = math.nan, 0.0, 0.0, 0.0
    if not math.isfinite(left + top + width + height) or min(width, height) < 0:
        place = f"annotation {annotation['id']}"
        raise FormatError(ann_file, "has no box of four numbers", "write 'bbox': [x, y, width, height]", place)
    return [left, top, left + width, top + height]
