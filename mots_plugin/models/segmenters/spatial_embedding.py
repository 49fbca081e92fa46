"""The segmenter of PointTrack: one pass over an image, no box proposals."""

from __future__ import annotations

from typing import Any

import torch
from mmdet.models.detectors.base import BaseDetector
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample, SampleList
from mmdet.utils import ConfigType, OptConfigType
from mmengine.structures import InstanceData
from torch import Tensor
from torch.nn import functional

from mots_plugin.models.heads.spatial_embedding_head import InstanceMap, PixelMaps
from mots_plugin.ops import instances_of_label_map


@MODELS.register_module()
class SpatialEmbeddingSegmenter(BaseDetector):
    """Backbone and :class:`SpatialEmbeddingHead` (PointTrack, ECCV 2020; PointTrack++ 2020).

    Args:
        backbone: Config of a backbone whose last level goes to the head.
        head: Config of the head.
        pad_divisor: Images are enlarged at the right and the bottom, by repeating their edge, to multiples of this;
            32 makes the 384 x 1248 of the released code from KITTI's images.
        frozen_batch_norm: Whether batch normalisation keeps its statistics in training, as in fine-tuning.
        data_preprocessor: Config of ``DetDataPreprocessor``; images come in [0, 1] RGB, not normalised.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        backbone: ConfigType,
        head: ConfigType,
        pad_divisor: int = 32,
        frozen_batch_norm: bool = False,
        data_preprocessor: OptConfigType = None,
        init_cfg: OptConfigType = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.head = MODELS.build(head)
        self.pad_divisor = pad_divisor
        self.frozen_batch_norm = frozen_batch_norm

    def train(self, mode: bool = True) -> SpatialEmbeddingSegmenter:
        """Switch to training, or from it."""
        super().train(mode)
        if mode and self.frozen_batch_norm:
            for module in self.modules():
                if isinstance(module, torch.nn.modules.batchnorm._BatchNorm):
                    module.eval()
        return self

    def extract_feat(self, batch_inputs: Tensor) -> tuple[Tensor, ...]:
        """Levels of features of (B, 3, H, W) images, padded as ``pad_divisor`` says."""
        height, width = batch_inputs.shape[-2:]
        right, bottom = -width % self.pad_divisor, -height % self.pad_divisor
        padded = functional.pad(batch_inputs, (0, right, 0, bottom), mode="replicate")
        # Channels last: a fifth less time on CPUs, where batch norm and rectifiers are bound by memory.
        return self.backbone(padded.contiguous(memory_format=torch.channels_last))

    def _forward(self, batch_inputs: Tensor, batch_data_samples: SampleList | None = None) -> PixelMaps:
        """Maps of (B, 3, H, W) images, cut to their size."""
        height, width = batch_inputs.shape[-2:]
        size = (height + -height % self.pad_divisor, width + -width % self.pad_divisor)
        maps = self.head(self.extract_feat(batch_inputs)[-1], size)
        return maps.cut(height, width)

    def loss(self, batch_inputs: Tensor, batch_data_samples: SampleList) -> dict[str, Tensor]:
        """Losses of (B, 3, H, W) images whose samples have masks and labels."""
        return self.head.loss(self._forward(batch_inputs), batch_data_samples)

    def segment(self, batch_inputs: Tensor) -> list[InstanceMap]:
        """Instances of (B, 3, H, W) images, at their resolution and on their device."""
        return self.head.predict(self._forward(batch_inputs))

    def predict(self, batch_inputs: Tensor, batch_data_samples: SampleList, **_: Any) -> list[DetDataSample]:
        """Add ``pred_instances`` to each sample: boxes, scores, labels, and masks as run-length codes.

        Boxes and masks are in pixels of the original image; masks do not overlap.
        """
        for sample, found in zip(batch_data_samples, self.segment(batch_inputs), strict=True):
            height, width = sample.img_shape[:2]
            numbers, boxes, masks = instances_of_label_map(
                found.numbers[:height, :width].cpu().numpy(), tuple(sample.ori_shape[:2])
            )
            rows = torch.from_numpy(numbers - 1)
            sample.pred_instances = InstanceData(
                bboxes=torch.from_numpy(boxes),
                scores=found.scores.cpu()[rows],
                labels=found.labels.cpu()[rows],
                masks=masks,
            )
        return batch_data_samples
