"""Mask generation, "+MG" in the MOTS paper (tables 2, 3, 6): a trained model's mask head on boxes that are given."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmdet.structures.bbox import bbox2roi
from mmengine.config import Config
from mmengine.dataset import Compose, pseudo_collate
from mmengine.device import get_device
from mmengine.registry import init_default_scope
from mmengine.structures import InstanceData
from numpy.typing import NDArray
from torch import Tensor

from mots_plugin.annotation.box_videos import BoxVideo
from mots_plugin.apis.checkpoints import check_fits, read_checkpoint
from mots_plugin.formats.errors import FormatError
from mots_plugin.formats.rle import RLE
from mots_plugin.models.heads import AssociationRoIHead
from mots_plugin.ops import paste_masks

Features = tuple[Tensor, ...]


class MaskHeadOnBoxes:
    """Runs a model's backbone, its temporal block if it has one, and its mask head; its detector and tracker rest.

    Args:
        config: Config of a model whose detector has an ``AssociationRoIHead`` with a mask head, and of its test data.
        checkpoint: Weights that ``tools/train.py`` wrote.
        refine_boxes: Let the box head correct each box first, as the released code does. Helps boxes that are not
            tight, such as KITTI's own.

    Raises:
        FormatError: The config has no such model, or the weights are of another one.
    """

    def __init__(self, config: Config, checkpoint: str | Path, refine_boxes: bool = False) -> None:
        init_default_scope(config.get("default_scope", "mmdet"))
        self._model = MODELS.build(config.model)
        roi_head = getattr(getattr(self._model, "detector", None), "roi_head", None)
        if not isinstance(roi_head, AssociationRoIHead) or not roi_head.with_mask:
            problem = f"its model, {type(self._model).__name__}, has no mask head that takes boxes"
            raise FormatError(config.filename, problem, "take one of configs/track_rcnn/")
        self._roi_head = roi_head
        content = read_checkpoint(checkpoint)
        check_fits(checkpoint, content, self._model)
        self._model.load_state_dict(content["state_dict"])
        self._model.to(get_device()).eval()
        dataset = config.test_dataloader.dataset
        self._labels = {name: label for label, name in enumerate(dataset.metainfo.classes)}
        self._pipeline = Compose([_without_flow(step) for step in dataset.pipeline])
        self._refine_boxes = refine_boxes
        self._config_file = config.filename

    @torch.no_grad()
    def masks(self, video: BoxVideo) -> Iterator[tuple[NDArray[np.intp], list[RLE]]]:
        """Yield, frame by frame, the rows of the boxes in it and their masks; overlaps are not resolved.

        Args:
            video: The boxes and all images of a video.

        Raises:
            FormatError: A class that the model does not know, or an image that cannot be read.
        """
        labels = self._label_rows(video)
        for number, sample, features in self._stream(video):
            rows = np.flatnonzero(video.tracks.frames == number)
            found = self._segment(features, sample, video.tracks.boxes[rows], labels[rows]) if len(rows) else []
            yield rows, found

    def _label_rows(self, video: BoxVideo) -> NDArray[np.int64]:
        names = {class_id: video.class_names[class_id] for class_id in np.unique(video.tracks.class_ids).tolist()}
        unknown = [name for name in names.values() if name not in self._labels]
        if unknown:
            problem = f"its model does not know class {unknown[0]} of {video.tracks.source}"
            raise FormatError(self._config_file, problem, "take a model that was trained on it")
        return np.array([self._labels[names[class_id]] for class_id in video.tracks.class_ids.tolist()], np.int64)

    def _stream(self, video: BoxVideo) -> Iterator[tuple[int, DetDataSample, Features]]:
        """Yield frame number, metainfo and features of every frame, in order; few are held at a time."""
        temporal = getattr(self._model, "temporal", None)
        stream = None if temporal is None else temporal.stream()
        waiting: deque[tuple[int, DetDataSample]] = deque()
        for index, (number, path) in enumerate(video.images.items()):
            image, sample = self._load(video, index, number, path)
            waiting.append((number, sample))
            features = self._model.detector.extract_feat(image)
            for ready in [features] if stream is None else stream.push(features):
                yield *waiting.popleft(), ready
        for ready in [] if stream is None else stream.finish():
            yield *waiting.popleft(), ready

    def _load(self, video: BoxVideo, index: int, number: int, path: Path) -> tuple[Tensor, DetDataSample]:
        frame = {
            "img_path": str(path),
            "img_id": index,
            "frame_id": index,
            "frame_number": number,
            "height": video.height,
            "width": video.width,
            "video_id": 0,
            "video_name": video.name,
            "ori_video_length": len(video.images),
            "video_length": 1,
        }
        packed = self._pipeline({key: [value] for key, value in frame.items()})
        data = self._model.data_preprocessor(pseudo_collate([packed]), False)
        return data["inputs"][:, 0], data["data_samples"][0][0]

    def _segment(
        self, features: Features, sample: DetDataSample, boxes: NDArray[np.float64], labels: NDArray[np.int64]
    ) -> list[RLE]:
        scale = features[0].new_tensor(sample.scale_factor).repeat(2)
        instances = InstanceData(
            bboxes=features[0].new_tensor(boxes) * scale, labels=torch.from_numpy(labels).to(scale.device)
        )
        if self._refine_boxes:
            instances.bboxes = self._corrected(features, instances, sample)
        (found,) = self._roi_head.predict_mask(features, [sample.metainfo], [instances], rescale=True)
        probabilities, corners = (value.float().cpu().numpy() for value in (found.mask_probabilities, found.bboxes))
        return paste_masks(probabilities, corners, (sample.ori_shape[0], sample.ori_shape[1]))

    def _corrected(self, features: Features, instances: InstanceData, sample: DetDataSample) -> Tensor:
        """Return the boxes as the box head would have them, in network input pixels."""
        head = self._roi_head.bbox_head
        deltas = self._roi_head._bbox_forward(features, bbox2roi([instances.bboxes]))["bbox_pred"]
        if not head.reg_class_agnostic:
            deltas = deltas.view(len(deltas), -1, 4)[torch.arange(len(deltas)), instances.labels]
        return head.bbox_coder.decode(instances.bboxes, deltas, max_shape=sample.img_shape)


def _without_flow(step: dict[str, Any]) -> dict[str, Any]:
    """Leave the optical flow, which trackers use, out of a step of the pipeline."""
    if "transforms" not in step:
        return step
    return {**step, "transforms": [inner for inner in step["transforms"] if inner["type"] != "LoadFlow"]}
