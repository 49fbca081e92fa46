"""Association vectors of region proposals (MOTS paper, section 5).

Shapes: R regions, F feature channels on s x s cells, D dimensions.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmdet.models.task_modules.samplers import SamplingResult
from mmdet.registry import MODELS
from mmengine.model import BaseModule
from mmengine.structures import InstanceData
from torch import Tensor, nn


@MODELS.register_module()
class AssociationHead(BaseModule):
    """One linear layer beside the box head: no hidden layer, no normalisation, as in the released model.

    Args:
        in_channels: F of the region features.
        roi_feat_size: s of the region features.
        with_avg_pool: Average over the s x s cells first (TrackR-CNN, whose box head does the same); False gives the
            layer the flattened cells, for box heads that work on those.
        embed_channels: D; 128 in the paper.
        loss: Config of an :class:`AssociationLoss`.
        init_cfg: Initialisation of the layer; He's by default, as in the released model.
    """

    def __init__(
        self,
        in_channels: int,
        loss: dict,
        roi_feat_size: int = 7,
        with_avg_pool: bool = True,
        embed_channels: int = 128,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg or {"type": "Kaiming", "layer": "Linear", "nonlinearity": "relu"})
        self.pool = nn.AdaptiveAvgPool2d(1) if with_avg_pool else nn.Identity()
        self.fc = nn.Linear(in_channels * (1 if with_avg_pool else roi_feat_size**2), embed_channels)
        self.loss_association = MODELS.build(loss)

    def forward(self, region_features: Tensor) -> Tensor:
        """Map (R, F, s, s) region features to (R, D) association vectors."""
        return self.fc(self.pool(region_features).flatten(1))

    def get_targets(
        self, sampling_results: Sequence[SamplingResult], batch_gt_instances: Sequence[InstanceData]
    ) -> tuple[Tensor, Tensor]:
        """Identity and class of every sampled region: those of the ground truth it was assigned to.

        Args:
            sampling_results: One a frame; its regions are positives, then negatives.
            batch_gt_instances: One a frame, with ``instances_ids`` (G,) int64 from 1 and ``labels`` (G,) int64 from 0.

        Returns:
            (R,) int64 identities, 0 for background, and (R,) int64 classes, -1 for background, over all frames in the
            order of the regions.
        """
        identities, classes = [], []
        for sampling, ground_truth in zip(sampling_results, batch_gt_instances, strict=True):
            background = ground_truth.labels.new_zeros(len(sampling.neg_priors), dtype=torch.long)
            identities += [ground_truth.instances_ids[sampling.pos_assigned_gt_inds].long(), background]
            classes += [ground_truth.labels[sampling.pos_assigned_gt_inds], background - 1]
        return torch.cat(identities), torch.cat(classes)

    def loss(self, embeddings: Tensor, identities: Tensor, classes: Tensor, clips: Tensor) -> dict[str, Tensor]:
        """Loss over each clip's foreground regions, averaged over clips.

        Args:
            embeddings: (R, D) vectors of all sampled regions.
            identities: (R,) int64, 0 for background; unique within a clip.
            classes: (R,) int64, of any value for background.
            clips: (R,) int64 index of the clip that a region belongs to.
        """
        losses = []
        for clip in clips.unique():
            inside = clips == clip
            rows = inside & (identities > 0)
            regions = int(inside.sum())
            losses.append(self.loss_association(embeddings[rows], identities[rows], classes[rows], regions))
        return {"loss_association": torch.stack(losses).mean() if losses else embeddings.sum() * 0}
