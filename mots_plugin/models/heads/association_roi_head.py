"""Mask R-CNN's region head with an association head beside the box head.

Shapes: R regions over all frames, N detections of a frame, D dimensions of an association vector, s x s mask cells.
"""

from __future__ import annotations

from typing import Any

import torch
from mmdet.models.layers import multiclass_nms
from mmdet.models.roi_heads import StandardRoIHead
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.models.utils import unpack_gt_instances
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmdet.structures.bbox import bbox2roi
from mmdet.utils import ConfigType, InstanceList
from mmengine.structures import InstanceData
from torch import Tensor


@MODELS.register_module()
class AssociationRoIHead(StandardRoIHead):
    """Boxes, classes, association vectors and, unless ``mask_head`` is None, masks of regions.

    Differs from its base in two ways: sampled regions carry identities into the association loss, and predictions
    keep ``embeddings`` (N, D) and ``mask_probabilities`` (N, s, s) instead of masks pasted to full images.

    Args:
        association_head: Config of an :class:`AssociationHead`.
        **kwargs: Arguments of ``StandardRoIHead``.
    """

    def __init__(self, association_head: ConfigType, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.association_head = MODELS.build(association_head)

    def loss(
        self,
        x: tuple[Tensor, ...],
        rpn_results_list: InstanceList,
        batch_data_samples: list[DetDataSample],
        clip_length: int = 1,
    ) -> dict[str, Tensor]:
        """Losses of all heads on the frames of one or more clips.

        Args:
            x: One (B * T, C, H, W) tensor a level.
            rpn_results_list: Proposals of each frame.
            batch_data_samples: Ground truth of each frame; ``gt_instances.instances_ids`` are identities from 1.
            clip_length: T; the association loss compares regions of one clip only.
        """
        ground_truth, ignored, _ = unpack_gt_instances(batch_data_samples)
        sampling_results = [
            self._sample(proposals, *frame)
            for proposals, *frame in zip(rpn_results_list, ground_truth, ignored, strict=True)
        ]
        box_results = self.bbox_loss(x, sampling_results)
        mask_loss: dict[str, Tensor] = {}
        if self.with_mask:
            mask_loss = self.mask_loss(x, sampling_results, box_results["bbox_feats"], ground_truth)["loss_mask"]
        regions = torch.tensor([len(result.priors) for result in sampling_results], device=x[0].device)
        clips = torch.arange(len(regions), device=x[0].device).div(clip_length, rounding_mode="floor")
        association_loss = self.association_head.loss(
            self.association_head(box_results["bbox_feats"]),
            *self.association_head.get_targets(sampling_results, ground_truth),
            clips.repeat_interleave(regions),
        )
        return {**box_results["loss_bbox"], **mask_loss, **association_loss}

    def _sample(
        self, proposals: InstanceData, ground_truth: InstanceData, ignored: InstanceData | None
    ) -> SamplingResult:
        proposals.priors = proposals.pop("bboxes")
        assigned = self.bbox_assigner.assign(proposals, ground_truth, ignored)
        return self.bbox_sampler.sample(assigned, proposals, ground_truth)

    def predict_bbox(
        self,
        x: tuple[Tensor, ...],
        batch_img_metas: list[dict],
        rpn_results_list: InstanceList,
        rcnn_test_cfg: ConfigType,
        rescale: bool = False,
    ) -> InstanceList:
        """Detections of each frame with the association vector of the proposal that each came from.

        Returns:
            One ``InstanceData`` a frame: ``bboxes`` (N, 4) xyxy in network input pixels (original pixels if
            ``rescale``), ``scores`` (N,), ``labels`` (N,), ``embeddings`` (N, D).
        """
        counts = [len(proposals) for proposals in rpn_results_list]
        rois = bbox2roi([proposals.bboxes for proposals in rpn_results_list])
        box_results = self._bbox_forward(x, rois)
        embeddings = self.association_head(box_results["bbox_feats"]).split(counts)
        decoded = self.bbox_head.predict_by_feat(
            rois=rois.split(counts),
            cls_scores=box_results["cls_score"].split(counts),
            bbox_preds=box_results["bbox_pred"].split(counts),
            batch_img_metas=batch_img_metas,
            rcnn_test_cfg=None,
            rescale=rescale,
        )
        results = []
        for frame, frame_embeddings in zip(decoded, embeddings, strict=True):
            detections, labels, kept = multiclass_nms(
                frame.bboxes,
                frame.scores,
                rcnn_test_cfg.score_thr,
                rcnn_test_cfg.nms,
                rcnn_test_cfg.max_per_img,
                return_inds=True,
            )
            proposal_rows = torch.div(kept, self.bbox_head.num_classes, rounding_mode="floor")
            results.append(
                InstanceData(
                    bboxes=detections[:, :4],
                    scores=detections[:, 4],
                    labels=labels,
                    embeddings=frame_embeddings[proposal_rows],
                )
            )
        return results

    def predict_mask(
        self,
        x: tuple[Tensor, ...],
        batch_img_metas: list[dict],
        results_list: InstanceList,
        rescale: bool = False,
    ) -> InstanceList:
        """Add ``mask_probabilities`` (N, s, s) in each detection's box, and rescale the boxes if asked."""
        counts = [len(results) for results in results_list]
        logits = self._mask_forward(x, bbox2roi([results.bboxes for results in results_list]))["mask_preds"]
        for results, frame_logits, meta in zip(results_list, logits.split(counts), batch_img_metas, strict=True):
            channels = torch.zeros_like(results.labels) if self.mask_head.class_agnostic else results.labels
            rows = torch.arange(len(results), device=channels.device)
            results.mask_probabilities = frame_logits[rows, channels].sigmoid()
            if rescale:
                results.bboxes = results.bboxes / results.bboxes.new_tensor(meta["scale_factor"]).repeat(2)
        return results_list
