"""The refinement network of the MOTS paper's semi-automatic annotation (section 3).

Shapes: B crops of S x S pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from mmdet.models.detectors.base import BaseDetector
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample, SampleList
from mmdet.utils import ConfigType, OptConfigType
from mmengine.structures import InstanceData
from torch import Tensor, nn

from mots_plugin.ops import paste_masks


def box_channel(boxes: Tensor, height: int, width: int) -> Tensor:
    """Draw boxes as masks: the share of each pixel that its box covers.

    Args:
        boxes: (B, 4) xyxy, pixels of the crop.
        height: Crop height, pixels.
        width: Crop width, pixels.

    Returns:
        (B, 1, height, width) float in [0, 1].
    """
    columns = torch.arange(width, device=boxes.device)
    rows = torch.arange(height, device=boxes.device)
    across = (boxes[:, 2:3].minimum(columns + 1) - boxes[:, 0:1].maximum(columns)).clamp(min=0)
    down = (boxes[:, 3:4].minimum(rows + 1) - boxes[:, 1:2].maximum(rows)).clamp(min=0)
    return (down[:, :, None] * across[:, None])[:, None]


@MODELS.register_module()
class MaskRefinementNetwork(BaseDetector):
    """One mask for one box: a crop around the box, and the box as a fourth channel, in; a mask of the crop out.

    Class-agnostic. A sample is a crop: ``gt_instances.bboxes`` (1, 4) is the box, in pixels of the crop,
    ``gt_instances.masks`` its mask, needed for training only, and the metainfo's ``crop_window`` says where in the
    image the crop lies.

    Args:
        backbone: Config of a backbone with ``in_channels=4``. A checkpoint that knows three, colours, loads too; the
            box then starts with no influence.
        mask_head: Config of a :class:`DeepLabMaskHead`.
        levels: Which two outputs of the backbone the head takes, the fine one first.
        data_preprocessor: Config of ``DetDataPreprocessor``.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        backbone: ConfigType,
        mask_head: ConfigType,
        levels: Sequence[int] = (0, -1),
        data_preprocessor: OptConfigType = None,
        init_cfg: OptConfigType = None,
    ) -> None:
        super().__init__(data_preprocessor=data_preprocessor, init_cfg=init_cfg)
        self.backbone = MODELS.build(backbone)
        self.mask_head = MODELS.build(mask_head)
        self.levels = tuple(levels)
        first = next(module for module in self.backbone.modules() if isinstance(module, nn.Conv2d))
        first.register_load_state_dict_pre_hook(_add_box_channel)

    def extract_feat(self, batch_inputs: Tensor) -> tuple[Tensor, ...]:
        """Map (B, 4, S, S) crops with their box channels to the two feature maps that the head takes."""
        features = self.backbone(batch_inputs)
        return tuple(features[level] for level in self.levels)

    def _forward(self, batch_inputs: Tensor, batch_data_samples: SampleList) -> Tensor:
        """Return (B, S, S) logits of (B, 3, S, S) crops."""
        boxes = torch.cat([sample.gt_instances.bboxes for sample in batch_data_samples])
        height, width = batch_inputs.shape[2:]
        channel = box_channel(boxes.to(batch_inputs), height, width)
        return self.mask_head(self.extract_feat(torch.cat([batch_inputs, channel], dim=1)), (height, width))

    def loss(self, batch_inputs: Tensor, batch_data_samples: SampleList) -> dict[str, Tensor]:
        """Losses of (B, 3, S, S) crops whose samples have masks."""
        logits = self._forward(batch_inputs, batch_data_samples)
        masks = [sample.gt_instances.masks.to_tensor(logits.dtype, logits.device) for sample in batch_data_samples]
        return self.mask_head.loss(logits, torch.cat(masks))

    def predict(self, batch_inputs: Tensor, batch_data_samples: SampleList, **_: Any) -> list[DetDataSample]:
        """Add ``pred_instances.masks`` to each sample: one run-length code in the original image."""
        probabilities = self._forward(batch_inputs, batch_data_samples).sigmoid().float().cpu().numpy()
        for sample, probability in zip(batch_data_samples, probabilities, strict=True):
            windows = np.array([sample.crop_window], np.float32)
            masks = paste_masks(probability[None], windows, tuple(sample.ori_shape[:2]))
            sample.pred_instances = InstanceData(masks=masks)
        return batch_data_samples


def _add_box_channel(module: nn.Module, state_dict: dict[str, Tensor], prefix: str, *_: Any) -> None:
    """Give the first convolution of a checkpoint that knows three channels a fourth, of zeros."""
    weight = state_dict.get(prefix + "weight")
    if weight is not None and weight.shape[1] + 1 == module.in_channels:
        state_dict[prefix + "weight"] = torch.cat([weight, torch.zeros_like(weight[:, :1])], dim=1)
