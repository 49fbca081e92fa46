"""What each anchor of one of JDE's scales should predict.

Shapes: B images, H x W cells with A anchors each, C classes. Anchors are counted P = H * W * A, those of one cell in a
row.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from mmdet.models.task_modules.assigners import BaseAssigner
from mmdet.models.task_modules.coders import BaseBBoxCoder
from mmdet.structures import DetDataSample
from mmengine.structures import InstanceData
from torch import Tensor

IGNORED, BACKGROUND = -1, 0
UNLABELLED = -1


class ScaleTargets(NamedTuple):
    """What one scale should predict.

    Attributes:
        classes: (B, P) int64: 1 + class, 0 for background, -1 where nothing is asked.
        deltas: (F, 4) box offsets of the F anchors whose class is above 0, in their order.
        objects: (F,) int64 row of each one's object in the ground truth of its image.
        identities: (B, H * W, C) int64 identity of each class in each cell, -1 for none or an unlabelled one.
    """

    classes: Tensor
    deltas: Tensor
    objects: Tensor
    identities: Tensor

    @property
    def rows_of_objects(self) -> Tensor:
        """(B, P) row of the object that each anchor is to find, -1 for none."""
        rows = torch.full_like(self.classes, -1)
        rows[self.classes > BACKGROUND] = self.objects
        return rows


@torch.no_grad()
def assign_scale(
    samples: Sequence[DetDataSample],
    anchors: Tensor,
    size: tuple[int, int],
    stride: tuple[int, int],
    assigner: BaseAssigner,
    box_coder: BaseBBoxCoder,
    num_classes: int,
) -> ScaleTargets:
    """Assign every anchor of every image to a box, to the background or to nothing.

    Args:
        samples: B samples with ``gt_instances``: ``bboxes`` (G, 4) xyxy in input pixels, ``labels`` (G,) and
            ``identities`` (G,) int64, from 0 within a class, -1 for unlabelled ones; optionally with
            ``ignored_instances``, which the assigner is given.
        anchors: (P, 4) xyxy.
        size: (H, W).
        stride: (x, y) pixels a cell.
        assigner: What decides by overlap.
        box_coder: What turns boxes into offsets from anchors.
        num_classes: C.
    """
    cells = size[0] * size[1]
    num_anchors = len(anchors) // cells
    classes = anchors.new_full((len(samples), len(anchors)), BACKGROUND, dtype=torch.long)
    identities = anchors.new_full((len(samples), cells * num_classes), UNLABELLED, dtype=torch.long)
    deltas, objects = [], []
    for sample, image_classes, image_identities in zip(samples, classes, identities, strict=True):
        truth = sample.gt_instances
        boxes = centred_on_grid(truth.bboxes, size, stride)
        assigned = assigner.assign(
            InstanceData(priors=anchors),
            InstanceData(bboxes=boxes, labels=truth.labels),
            sample.get("ignored_instances"),
        ).gt_inds
        image_classes[assigned < 0] = IGNORED
        positive = assigned.gt(0).nonzero().squeeze(1)
        matched = assigned[positive] - 1
        labels = truth.labels[matched]
        image_classes[positive] = labels + 1
        deltas.append(box_coder.encode(anchors[positive], boxes[matched]))
        objects.append(matched)
        # Anchors of one cell may stand for several objects of a class: the largest identity wins, as released.
        slots = positive // num_anchors * num_classes + labels
        image_identities.scatter_reduce_(0, slots, truth.identities[matched], "amax")
    identities = identities.unflatten(1, (cells, num_classes))
    return ScaleTargets(classes, torch.cat(deltas), torch.cat(objects), identities)


def centred_on_grid(boxes: Tensor, size: tuple[int, int], stride: tuple[int, int]) -> Tensor:
    """Move boxes whose centre lies beyond the last cell's corner back to it, as the released code does; xyxy."""
    centres, extents = (boxes[:, :2] + boxes[:, 2:]) / 2, boxes[:, 2:] - boxes[:, :2]
    last = boxes.new_tensor([(size[1] - 1) * stride[0], (size[0] - 1) * stride[1]])
    centres = centres.clamp(min=torch.zeros_like(last), max=last)
    return torch.cat([centres - extents / 2, centres + extents / 2], dim=1)


def cells_of_objects(
    boxes: Tensor, identities: Tensor, anchor_sizes: Tensor, size: tuple[int, int], stride: tuple[int, int]
) -> tuple[Tensor, Tensor]:
    """Find the cells of a scale whose embeddings stand for known objects, to score embeddings apart from detection.

    An object counts on a scale if one of its anchors, were it centred alike, overlaps the object by more than 0.6. Of
    several objects of a cell with the same best anchor the one that fits it best counts; of those left in a cell the
    largest identity, as released.

    Args:
        boxes: (G, 4) xyxy in input pixels.
        identities: (G,) int64, -1 for unlabelled objects.
        anchor_sizes: (A, 2) widths and heights.
        size: (H, W).
        stride: (x, y) pixels a cell.

    Returns:
        (n,) int64 cells, ascending, counted along rows, and (n,) int64 identities.
    """
    extents, centres = boxes[:, 2:] - boxes[:, :2], (boxes[:, :2] + boxes[:, 2:]) / 2
    shared = torch.minimum(extents[:, None], anchor_sizes[None]).prod(-1)
    overlaps = shared / (extents.prod(-1)[:, None] + anchor_sizes.prod(-1)[None] - shared)
    overlap, anchor = overlaps.max(1)
    column = (centres[:, 0] / stride[0]).clamp(0, size[1] - 1).long()
    row = (centres[:, 1] / stride[1]).clamp(0, size[0] - 1).long()
    cell = row * size[1] + column
    slot = cell * len(anchor_sizes) + anchor
    best = overlap.new_zeros(size[0] * size[1] * len(anchor_sizes)).scatter_reduce(0, slot, overlap, "amax")
    chosen = (overlap > 0.6) & (overlap == best[slot])
    nothing = UNLABELLED - 1
    found = cell.new_full((size[0] * size[1],), nothing).scatter_reduce(0, cell[chosen], identities[chosen], "amax")
    cells = (found > nothing).nonzero().squeeze(1)
    return cells, found[cells]
