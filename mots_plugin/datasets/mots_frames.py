"""Single frames of videos, or the objects in them, for models that are trained on images."""

from __future__ import annotations

from typing import Any

import numpy as np
from mmdet.registry import DATASETS
from mmengine.dataset import BaseDataset
from numpy.typing import NDArray

from mots_plugin.datasets.mots_video import MOTSVideoDataset
from mots_plugin.formats.errors import FormatError


@DATASETS.register_module()
class MOTSFrameDataset(BaseDataset):
    """One item a frame, or one an object and frame, read from COCO-video json.

    ``get_data_info(i)`` is a frame dict of :class:`MOTSVideoDataset` with ``classes``, the names of the labels; where
    items are objects it has ``object_row`` too, the row of the object in ``instances``. Sets are joined by mmengine's
    ``ConcatDataset``.

    Args:
        per_object: Items are objects that are not ignored, so that crowded frames come more often.
        min_objects: Frames with fewer objects (ignored ones do not count) are left out.
        kwargs: As in mmengine's ``BaseDataset``: ``ann_file``, ``data_root``, ``data_prefix=dict(img_path=…)``,
            ``metainfo=dict(classes=…)``, ``pipeline``, ``indices`` …

    Raises:
        FormatError: As in :class:`MOTSVideoDataset`, or no frame is left.
    """

    METAINFO = MOTSVideoDataset.METAINFO

    def __init__(self, *, per_object: bool = False, min_objects: int = 0, **kwargs: Any) -> None:
        self.per_object = per_object
        self.min_objects = max(min_objects, int(per_object))
        super().__init__(**kwargs)

    def load_data_list(self) -> list[dict]:
        """Read ``ann_file``, in order of its videos."""
        videos = MOTSVideoDataset(
            ann_file=self.ann_file, data_prefix=self.data_prefix, metainfo={"classes": self.metainfo["classes"]}
        )
        frames = []
        for index in range(len(videos)):
            video = videos.get_data_info(index)
            chosen = np.flatnonzero(video["object_counts"] >= self.min_objects)
            frames += [{**video["images"][frame], "classes": tuple(self.metainfo["classes"])} for frame in chosen]
        if not frames:
            problem = f"no frame has {self.min_objects} of {', '.join(self.metainfo['classes'])}"
            raise FormatError(self.ann_file, problem, "correct ann_file or the classes, or lower min_objects")
        return frames

    def full_init(self) -> None:
        """Read the annotations, and list the objects where they are the items."""
        if self._fully_initialized:
            return
        super().full_init()
        if self.per_object:
            self._objects = self._list_objects()

    def __len__(self) -> int:
        return len(self._objects) if self.per_object and self._fully_initialized else super().__len__()

    def get_data_info(self, idx: int) -> dict:
        """Return one item, as the class describes it."""
        if not (self.per_object and self._fully_initialized):
            return super().get_data_info(idx)
        frame, row = self._objects[idx].tolist()
        return {**super().get_data_info(frame), "object_row": row}

    def _list_objects(self) -> NDArray[np.int32]:
        """Return the ``(M, 2)`` frames and rows of all objects."""
        objects = []
        for frame in range(super().__len__()):
            instances = super().get_data_info(frame)["instances"]
            objects += [(frame, row) for row, instance in enumerate(instances) if not instance["ignore_flag"]]
        return np.array(objects, np.int32)
