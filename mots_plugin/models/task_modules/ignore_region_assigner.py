"""Assignment that takes no negatives from ignore regions."""

from __future__ import annotations

from typing import Any

import torch
from mmdet.models.task_modules.assigners import AssignResult, MaxIoUAssigner
from mmdet.registry import TASK_UTILS
from mmengine.structures import InstanceData
from torch import Tensor

from mots_plugin.ops import region_coverage


@TASK_UTILS.register_module()
class IgnoreRegionAssigner(MaxIoUAssigner):
    """mmdet's assigner, except that background inside an ignore region is left out of training.

    TrackR-CNN tests candidate *negatives* against the union of the ignore masks (``specs`` of the official code,
    ``use_masks_for_ignore``); positives in front of an ignore region stay positive, which mmdet's own
    ``ignore_iof_thr`` would drop. The official code divides by the area of the ignore mask; here the share is of the
    box, as the option's name (intersection over area of the candidate) says.

    Args:
        ignore_coverage: Background whose share inside the ignore masks is larger than this is neither positive nor
            negative. Ground truth without masks falls back to the ignored boxes.
        **kwargs: Arguments of ``MaxIoUAssigner``.
    """

    def __init__(self, ignore_coverage: float = 0.5, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.ignore_coverage = ignore_coverage

    def assign(
        self,
        pred_instances: InstanceData,
        gt_instances: InstanceData,
        gt_instances_ignore: InstanceData | None = None,
        **kwargs: Any,
    ) -> AssignResult:
        """Assign ground truth to ``pred_instances.priors`` (N, 4) xyxy; see ``MaxIoUAssigner.assign``."""
        result = super().assign(pred_instances, gt_instances, None, **kwargs)
        if gt_instances_ignore is not None and len(gt_instances_ignore) and len(pred_instances.priors):
            coverage = self._coverage(pred_instances.priors, gt_instances_ignore)
            result.gt_inds[(result.gt_inds == 0) & (coverage > self.ignore_coverage)] = -1
        return result

    def _coverage(self, boxes: Tensor, ignored: InstanceData) -> Tensor:
        if "masks" in ignored:
            region = torch.from_numpy(ignored.masks.masks.any(axis=0)).to(boxes.device)
            return region_coverage(region, boxes)
        return self.iou_calculator(boxes, ignored.bboxes, mode="iof").amax(1)
