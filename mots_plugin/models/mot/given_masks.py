"""Tracking of masks that come from elsewhere: ground truth, or any other segmenter's results."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from pycocotools import mask as coco_mask
from torch import Tensor

from mots_plugin.structures import Observations

from .online import OnlineMOT


@MODELS.register_module()
class GivenMaskTracker(OnlineMOT):
    """Embeds and tracks the masks that ``LoadGivenMasks`` put beside each frame.

    Args:
        embedding: Config of an instance embedding with ``embed(image, instance_map, labels)``.
        tracker: Config of a tracker.
        data_preprocessor: Config of ``TrackDataPreprocessor``; it must leave images as they are read (blue, green, red,
            0 to 255, not resized).
        init_cfg: Initialisation config.
    """

    def __init__(
        self, embedding: dict, tracker: dict, data_preprocessor: dict | None = None, init_cfg: dict | None = None
    ) -> None:
        super().__init__(tracker, data_preprocessor, init_cfg)
        self.embedding = MODELS.build(embedding)

    def loss(self, *_: Any, **__: Any) -> dict[str, Tensor]:
        """Refuse: embeddings learn from crops."""
        raise NotImplementedError("train the embedding with a config of its own (configs/pointtrack)")

    def observe(self, image: Tensor, sample: DetDataSample) -> Iterator[tuple[DetDataSample, Observations]]:
        """Take a frame in and yield it.

        Raises:
            ValueError: The image was resized, which its masks were not.
        """
        height, width = sample.ori_shape[:2]
        if image.shape[2] < height or image.shape[3] < width or tuple(sample.img_shape[:2]) != (height, width):
            raise ValueError(f"image of {tuple(image.shape[2:])} with masks of {(height, width)}; leave Resize out")
        given = sample.given_masks
        instance_map = np.zeros((height, width), np.int64)
        for row, mask in enumerate(given["masks"]):
            instance_map[coco_mask.decode(mask).view(bool)] = row + 1
        labels = torch.from_numpy(given["labels"]).to(image.device)
        vectors = self.embedding.embed(
            image[0, :, :height, :width], torch.from_numpy(instance_map).to(image.device), labels
        )
        observations = Observations(
            boxes=_boxes(given["masks"]),
            scores=given["scores"],
            labels=given["labels"],
            masks=list(given["masks"]),
            embeddings=vectors.cpu().numpy(),
        )
        yield sample, observations


def _boxes(masks: list) -> np.ndarray:
    """Tight boxes (N, 4) float32 xyxy of run-length codes."""
    boxes = np.asarray(coco_mask.toBbox(masks), np.float32).reshape(-1, 4) if masks else np.zeros((0, 4), np.float32)
    boxes[:, 2:] += boxes[:, :2]
    return boxes
