"""Single objects with their masks, read from COCO-video json."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from mmdet.registry import DATASETS
from mmengine.dataset import BaseDataset

from mots_plugin.formats.coco_video import annotation_mask, read_coco_video
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.mask_tracks import IGNORE_CLASS


@DATASETS.register_module()
class ObjectCropDataset(BaseDataset):
    """One item an object and frame, whatever its class; crowds and ignore regions are left out.

    ``get_data_info(i)`` is a dict with ``img_path``, ``height``, ``width``, ``bbox`` (xyxy, pixels, right and bottom
    edges exclusive), ``mask`` (run-length code), ``video_name``, ``frame_number`` and ``instance_id``. The same dicts,
    made from a user's boxes, go through the same pipeline in annotation (``mots_plugin/apis/object_refinement.py``).

    Args:
        min_area: Smaller masks are left out, pixels.
        kwargs: As in mmengine's ``BaseDataset``: ``ann_file``, ``data_root``, ``data_prefix=dict(img_path=…)``,
            ``pipeline``, ``indices`` …

    Raises:
        FormatError: The annotation file is missing, is no COCO-video json, holds no such object, or one without mask.
    """

    def __init__(self, *, min_area: int = 1, **kwargs: Any) -> None:
        self.min_area = min_area
        super().__init__(**kwargs)

    def load_data_list(self) -> list[dict]:
        """Read ``ann_file``, in order of its images."""
        cure = "convert the raw data with one of data_converters/, or correct ann_file"
        if not Path(self.ann_file).is_file():
            raise FormatError(self.ann_file, "annotation file not found", cure)
        coco = read_coco_video(self.ann_file)
        ignored = {category for category, name in coco.class_names.items() if name == "ignore"} | {IGNORE_CLASS}
        objects = [
            self._object(image, annotation)
            for image in coco.data["images"]
            for annotation in coco.annotations(image["id"])
            if not annotation.get("iscrowd") and annotation["category_id"] not in ignored
            if annotation.get("area", self.min_area) >= self.min_area
        ]
        if not objects:
            raise FormatError(self.ann_file, "holds no object with a mask", cure)
        return objects

    def _object(self, image: dict, annotation: dict) -> dict:
        mask = annotation_mask(annotation, self.ann_file)
        if mask["size"] != [image["height"], image["width"]] or "bbox" not in annotation:
            problem = "its mask has another size than its image, or it has no bbox"
            cure, place = "run tools/validate_data.py for a list of all faults", f"annotation {annotation['id']}"
            raise FormatError(self.ann_file, problem, cure, place)
        left, top, width, height = annotation["bbox"]
        return {
            "img_path": str(Path(self.data_prefix.get("img_path") or "", image["file_name"])),
            "img_id": image["id"],
            "height": image["height"],
            "width": image["width"],
            "bbox": [left, top, left + width, top + height],
            "mask": mask,
            "video_name": image.get("video_name", ""),
            "frame_number": image.get("frame_number", image["frame_id"]),
            "instance_id": annotation.get("instance_id", -1),
        }
