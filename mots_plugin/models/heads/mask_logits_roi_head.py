"""Mask R-CNN's region head, its masks left as logits in their boxes."""

from __future__ import annotations

import torch
from mmdet.models.roi_heads import StandardRoIHead
from mmdet.registry import MODELS
from mmdet.structures.bbox import bbox2roi
from mmdet.utils import InstanceList
from torch import Tensor


@MODELS.register_module()
class MaskLogitsRoIHead(StandardRoIHead):
    """:class:`StandardRoIHead` for those who fuse masks before they are binary, such as panoptic segmentation."""

    def predict_mask(
        self,
        x: tuple[Tensor, ...],
        batch_img_metas: list[dict],
        results_list: InstanceList,
        rescale: bool = False,
    ) -> InstanceList:
        """Add ``mask_logits`` (N, s, s) in each detection's box; boxes stay in input pixels.

        Raises:
            ValueError: ``rescale`` is asked for.
        """
        if rescale:
            raise ValueError("MaskLogitsRoIHead: masks lie in boxes of the input; rescale what they are fused to")
        counts = [len(results) for results in results_list]
        logits = self._mask_forward(x, bbox2roi([results.bboxes for results in results_list]))["mask_preds"]
        for results, frame_logits in zip(results_list, logits.split(counts), strict=True):
            channels = torch.zeros_like(results.labels) if self.mask_head.class_agnostic else results.labels
            results.mask_logits = frame_logits[torch.arange(len(results), device=channels.device), channels]
        return results_list
