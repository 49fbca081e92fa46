"""MAPT's appearance head: embeddings of regions, from what lies on the mask and from what motion carried there.

Shapes: R regions, C channels of the pyramid, F channels of propagated features, s x s cells of a region, E dimensions
of an embedding.
"""

from __future__ import annotations

from typing import Any

import torch
from mmcv.cnn import ConvModule
from mmdet.registry import MODELS, TASK_UTILS
from mmdet.structures import DetDataSample
from mmdet.utils import ConfigType, OptConfigType
from mmengine.model import BaseModule
from mmengine.structures import InstanceData
from torch import Tensor, nn


@MODELS.register_module()
class MotionAppearanceHead(BaseModule):
    """Embeds regions (MAPT, section III-C).

    Args:
        in_channels: C.
        motion_channels: F, or 0 to embed appearance alone.
        roi_feat_size: s.
        fc_channels: Channels of the first of two linear layers.
        embed_channels: E.
        pool_masks: Blank the cells outside a region's mask.
        roi_extractor: Config that extracts regions from the pyramid.
        motion_roi_extractor: Config that extracts regions from the propagated features.
        train_cfg: ``assigner`` and ``sampler`` of proposals, to train with; the paper samples 128, a quarter positive.
        loss: Config of the loss, called with pairs of frames.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        roi_extractor: ConfigType,
        motion_roi_extractor: OptConfigType = None,
        in_channels: int = 256,
        motion_channels: int = 64,
        roi_feat_size: int = 7,
        fc_channels: int = 1024,
        embed_channels: int = 128,
        pool_masks: bool = True,
        train_cfg: OptConfigType = None,
        loss: ConfigType = {"type": "TrackCrossEntropyLoss"},  # noqa: B006
        init_cfg: OptConfigType = {"type": "Xavier", "layer": "Linear", "distribution": "uniform"},  # noqa: B006
    ) -> None:
        super().__init__(init_cfg)
        self.pool_masks = pool_masks
        self.roi_feat_size = roi_feat_size
        self.roi_extractor = MODELS.build(roi_extractor)
        self.with_motion = motion_channels > 0
        if self.with_motion:
            self.motion_roi_extractor = MODELS.build(motion_roi_extractor)
            self.motion_projection = ConvModule(motion_channels, in_channels, 1)
            self.attention = nn.Linear(2 * in_channels, 2)
        self.embed = nn.Sequential(
            nn.Linear(in_channels * roi_feat_size**2, fc_channels),
            nn.ReLU(inplace=True),
            nn.Linear(fc_channels, embed_channels),
        )
        if train_cfg is not None:
            self.assigner = TASK_UTILS.build(train_cfg["assigner"])
            self.sampler = TASK_UTILS.build(train_cfg["sampler"])
        self.loss_function = MODELS.build(loss)

    def forward(self, pyramid: tuple[Tensor, ...], regions: Tensor, masks: Tensor, motion: Tensor) -> Tensor:
        """Embed regions.

        Args:
            pyramid: (B, C, H, W) a level.
            regions: (R, 5) index in the batch and box in input pixels.
            masks: (R, s, s) which of a region's cells its mask covers, all of them where the mask is not known.
            motion: (B, F, h, w) propagated features, of all instances together; not used without motion.

        Returns:
            (R, E).
        """
        appearance = self.roi_extractor(pyramid[: self.roi_extractor.num_inputs], regions)
        if self.pool_masks:
            appearance = appearance * masks[:, None].to(appearance.dtype)
        return self.embed(self._with_motion(appearance, regions, motion).flatten(1))

    def _with_motion(self, appearance: Tensor, regions: Tensor, motion: Tensor) -> Tensor:
        """Weigh appearance and carried features against each other (equation 5), by weights that add up to one."""
        if not self.with_motion:
            return appearance
        carried = self.motion_projection(self.motion_roi_extractor((motion.float(),), regions))
        averages = torch.cat([appearance.mean(dim=(2, 3)), carried.mean(dim=(2, 3))], dim=1)
        weights: Any = self.attention(averages).softmax(dim=1)
        return weights[:, 0, None, None, None] * appearance + weights[:, 1, None, None, None] * carried

    def get_targets(self, proposals: InstanceData, frame: DetDataSample) -> tuple[Tensor, Tensor, Tensor]:
        """Choose the regions of a frame to embed: its objects, then proposals on them.

        Negative proposals are sampled, as the paper has it, but not embedded: no track is theirs, so equation 7 has no
        term for them.

        Args:
            proposals: ``bboxes`` (P, 4) xyxy in input pixels.
            frame: With ``gt_instances`` (G of them, with ``masks`` and ``instances_ids``) and ``ignored_instances``.

        Returns:
            (R, 4) boxes, (R, s, s) masks in them, and (R,) identities, the G objects first.
        """
        truth = frame.gt_instances
        priors = InstanceData(priors=proposals.bboxes)
        assigned = self.assigner.assign(priors, truth, frame.get("ignored_instances"))
        sampled = self.sampler.sample(assigned, priors, truth)
        boxes = torch.cat([truth.bboxes, sampled.pos_priors])
        objects = torch.cat([torch.arange(len(truth), device=boxes.device), sampled.pos_assigned_gt_inds])
        cells = (self.roi_feat_size, self.roi_feat_size)
        masks = truth.masks.crop_and_resize(boxes.cpu().numpy(), cells, objects.cpu().numpy(), device=boxes.device)
        return boxes, masks.to_tensor(torch.float32, boxes.device), truth.instances_ids[objects]

    def loss(self, pairs: list[tuple[Tensor, Tensor, Tensor, Tensor]]) -> dict[str, Tensor]:
        """Return ``loss_appearance``.

        Args:
            pairs: For each ordered pair of frames of a clip: embeddings (N, E) and identities (N,) of regions in one,
                embeddings (M, E) and identities (M,) of the tracks in the other.
        """
        return {"loss_appearance": self.loss_function(pairs)}


def fuse_carried_features(features: Tensor) -> Tensor:
    """Join (N, F, h, w) features carried for N instances into one (1, F, h, w) map: the strongest in each cell.

    A region does not know yet which earlier instance it continues, so it sees those of all; 0 where there is none.
    """
    zero = features.new_zeros(1, *features.shape[1:])
    return torch.cat([zero, features]).amax(dim=0, keepdim=True)
