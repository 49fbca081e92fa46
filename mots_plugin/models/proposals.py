"""Training a class-blind proposal network within a model of many classes."""

from __future__ import annotations

import copy

import torch
from mmdet.models.dense_heads import RPNHead
from mmdet.structures import SampleList
from mmdet.utils import ConfigType, InstanceList
from torch import Tensor


def propose(
    rpn_head: RPNHead, features: tuple[Tensor, ...], frames: SampleList, config: ConfigType
) -> tuple[dict[str, Tensor], InstanceList]:
    """Losses and proposals of frames whose ground truth keeps its labels.

    Args:
        rpn_head: The proposal network.
        features: (B, C, H, W) a level.
        frames: B samples with ``gt_instances``.
        config: ``train_cfg.rpn_proposal``.

    Returns:
        Losses, all with ``rpn`` in their names, and the proposals of each frame.
    """
    losses, proposals = rpn_head.loss_and_predict(features, _as_one_class(frames), proposal_cfg=config)
    return {name if "rpn" in name else f"rpn_{name}": value for name, value in losses.items()}, proposals


def _as_one_class(frames: SampleList) -> SampleList:
    """Copies of the samples for the proposal network, which knows objects only; the originals keep their labels."""
    copies = [copy.copy(frame) for frame in frames]
    for sample in copies:
        sample.gt_instances = copy.copy(sample.gt_instances)
        sample.gt_instances.labels = torch.zeros_like(sample.gt_instances.labels)
    return copies
