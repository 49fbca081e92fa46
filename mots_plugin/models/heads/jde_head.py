"""JDE's prediction heads: boxes, classes and a dense embedding map on each scale of a YOLOv3 neck.

Shapes: B images, M scales of H x W cells with A anchors each, C classes, D embedding dimensions, G ground-truth boxes.
Anchors of a scale are counted P = H * W * A, those of one cell in a row, so anchor p lies in cell p // A.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, NamedTuple

import torch
from mmcv.cnn import ConvModule
from mmcv.ops import batched_nms
from mmdet.registry import MODELS, TASK_UTILS
from mmdet.structures import DetDataSample
from mmengine.model import BaseModule
from mmengine.structures import InstanceData
from torch import Tensor, nn
from torch.nn import functional

from mots_plugin.models.layers.identity_banks import IdentityBanks
from mots_plugin.models.task_modules.jde_targets import (
    BACKGROUND,
    IGNORED,
    UNLABELLED,
    ScaleTargets,
    assign_scale,
    cells_of_objects,
)

TASKS = ("box", "objectness", "identity")


class ScalePredictions(NamedTuple):
    """What one scale predicts.

    Attributes:
        deltas: (B, P, 4) box offsets (dx, dy, dw, dh) relative to the anchors.
        logits: (B, P, 1 + C), background first.
        embeddings: (B, D, H, W), not normalised; the anchors of a cell share one.
        bridge: (B, C_i, H, W) features of boxes and classes, and of masks where there are some.
    """

    deltas: Tensor
    logits: Tensor
    embeddings: Tensor
    bridge: Tensor


@MODELS.register_module()
class JDEHead(BaseModule):
    """Joint detection and embedding on M scales (JDE, figure 2).

    A scale has the 3x3 bridge and the 1x1 prediction of YOLOv3, and beside them, from the neck's features, a 3x3
    convolution to the embeddings. One softmax an anchor tells background and classes apart; with a single class that is
    the published foreground/background classification.

    Args:
        in_channels: Channels of the neck's M outputs, coarsest scale first, as ``YOLOV3Neck`` puts them out.
        num_classes: C.
        anchor_generator: Config of a :class:`CornerAnchorGenerator` with M levels, coarsest first.
        identity_counts: Number of identities of each class in the training set, for classifying them (the default
            loss); None to compare embeddings with ``loss_identity``.
        loss_identity: Config of a loss on (embeddings, identities, classes), where there are no ``identity_counts``.
        weighting: Config of a :class:`TaskWeighting` of box, objectness and identity losses.
        train_cfg: ``assigner``: positive from 0.5 of overlap on, negative below 0.4, in between ignored.
        test_cfg: ``score_thr``, ``nms``, ``class_agnostic`` (suppress across classes, as released), ``nms_pre`` (boxes
            that NMS sees at most) and ``max_per_img``.
        mask_branch: Config of a :class:`PrototypeMaskBranch`, for masks too, beyond the paper.
        embed_channels: D.
        bridge_channels: Channels of the bridges; twice those of the neck by default, as in YOLOv3.
        norm_cfg: Normalisation of the bridges.
        act_cfg: Activation of the bridges.
        init_cfg: Initialisation config.

    Raises:
        ValueError: Not exactly one of ``identity_counts`` and ``loss_identity`` is given, or the former has not C.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        num_classes: int,
        anchor_generator: dict,
        weighting: dict,
        train_cfg: dict,
        test_cfg: dict,
        identity_counts: Sequence[int] | None = None,
        loss_identity: dict | None = None,
        mask_branch: dict | None = None,
        embed_channels: int = 512,
        bridge_channels: Sequence[int] | None = None,
        norm_cfg: dict | None = None,
        act_cfg: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if (identity_counts is None) == (loss_identity is None):
            raise ValueError("JDEHead takes either identity_counts, to classify identities, or loss_identity")
        if identity_counts is not None and len(identity_counts) != num_classes:
            raise ValueError(f"JDEHead: identity_counts has {len(identity_counts)} classes, num_classes {num_classes}")
        self.num_classes = num_classes
        self.prior_generator = TASK_UTILS.build(anchor_generator)
        self.box_coder = TASK_UTILS.build({"type": "DeltaXYWHBBoxCoder", "clip_border": False})
        self.test_cfg = test_cfg
        self.assigner = TASK_UTILS.build(train_cfg["assigner"])
        self.num_anchors = self.prior_generator.num_base_priors[0]
        self.weighting = MODELS.build(weighting)
        self.identity_loss = (
            IdentityBanks(embed_channels, identity_counts)
            if identity_counts is not None
            else MODELS.build(loss_identity)
        )
        self.mask_branch: Any = MODELS.build(mask_branch) if mask_branch is not None else None
        activation = act_cfg or {"type": "LeakyReLU", "negative_slope": 0.1}
        bridge_channels = bridge_channels or [2 * channels for channels in in_channels]
        outputs = self.num_anchors * (4 + 1 + num_classes)
        self.bridges = nn.ModuleList(
            ConvModule(channels, width, 3, padding=1, norm_cfg=norm_cfg or {"type": "BN"}, act_cfg=activation)
            for channels, width in zip(in_channels, bridge_channels, strict=True)
        )
        self.predictions = nn.ModuleList(nn.Conv2d(width, outputs, 1) for width in bridge_channels)
        self.embeddings = nn.ModuleList(nn.Conv2d(channels, embed_channels, 3, padding=1) for channels in in_channels)

    def forward(self, features: Sequence[Tensor]) -> list[ScalePredictions]:
        """Predict on every scale, in single precision whatever precision the convolutions have.

        Args:
            features: M maps (B, C_i, H_i, W_i), coarsest first.
        """
        scales = []
        for feature, bridge, predict, embed in zip(
            features, self.bridges, self.predictions, self.embeddings, strict=True
        ):
            bridged = bridge(feature)
            raw = predict(bridged).float()
            raw = raw.unflatten(1, (self.num_anchors, -1)).permute(0, 3, 4, 1, 2).flatten(1, 3)
            scales.append(ScalePredictions(raw[..., :4], raw[..., 4:], embed(feature).float(), bridged))
        return scales

    # Training

    def loss(self, features: Sequence[Tensor], samples: Sequence[DetDataSample]) -> dict[str, Tensor]:
        """Compute the weighted loss of each task, summed over scales, and, to be logged, the unweighted ones.

        Args:
            features: M maps, as in :meth:`forward`.
            samples: B samples with ``gt_instances``: ``bboxes`` (G, 4) xyxy in input pixels, ``labels`` (G,) and
                ``identities`` (G,) int64, from 0 within a class, -1 for unlabelled ones; optionally with
                ``ignored_instances``, which the assigner is given.
        """
        predictions = self(features)
        targets = self.get_targets([scale.embeddings.shape[-2:] for scale in predictions], samples)
        with torch.autocast(features[0].device.type, enabled=False):
            losses = torch.stack([self._scale_losses(*scale) for scale in zip(predictions, targets, strict=True)])
            weighted = self.weighting(losses, features)
        result = {f"loss_{task}": weighted[:, number].sum() for number, task in enumerate(TASKS)}
        result.update({f"unweighted_{task}": losses[:, number].detach().sum() for number, task in enumerate(TASKS)})
        if self.mask_branch is not None:
            result["loss_mask"] = self._mask_loss(features[-1], predictions, targets, samples)
        return result

    def _scale_losses(self, predictions: ScalePredictions, targets: ScaleTargets) -> Tensor:
        """Box, objectness and identity losses (3,) of a scale; zero, but part of the graph, without objects."""
        positive = targets.classes > BACKGROUND
        box = functional.smooth_l1_loss(predictions.deltas[positive], targets.deltas, reduction="sum")
        objectness = functional.cross_entropy(
            predictions.logits.flatten(0, 1), targets.classes.flatten(), ignore_index=IGNORED, reduction="sum"
        )
        judged = int((targets.classes != IGNORED).sum())
        return torch.stack(
            [
                box / max(4 * len(targets.deltas), 1),
                objectness / max(judged, 1),
                self._identity_loss(predictions.embeddings, targets.identities),
            ]
        )

    def _identity_loss(self, embedding_maps: Tensor, identities: Tensor) -> Tensor:
        """Loss over the cells that have an identity, once for each class that a cell has one of."""
        images, cells, classes = (identities > UNLABELLED).nonzero(as_tuple=True)
        embeddings = functional.normalize(embedding_maps.flatten(2)[images, :, cells])
        return self.identity_loss(embeddings, identities[images, cells, classes], classes)

    def get_targets(self, map_sizes: Sequence[tuple[int, int]], samples: Sequence[DetDataSample]) -> list[ScaleTargets]:
        """Assign every anchor of every image to a box, to the background or to nothing.

        Args:
            map_sizes: (H, W) of the M scales.
            samples: As in :meth:`loss`.
        """
        device = samples[0].gt_instances.bboxes.device
        anchors = self.prior_generator.grid_priors(map_sizes, device=device)
        return [
            assign_scale(samples, scale_anchors, size, stride, self.assigner, self.box_coder, self.num_classes)
            for scale_anchors, size, stride in zip(anchors, map_sizes, self.prior_generator.strides, strict=True)
        ]

    def _mask_loss(
        self,
        finest: Tensor,
        predictions: Sequence[ScalePredictions],
        targets: Sequence[ScaleTargets],
        samples: Sequence[DetDataSample],
    ) -> Tensor:
        """Loss of the masks of some positive anchors, in the boxes that they predict."""
        objects = torch.cat([scale.rows_of_objects for scale in targets], 1)
        rows = [_draw((image >= 0).nonzero().squeeze(1), self.mask_branch.max_masks) for image in objects]
        anchors = self._anchors(predictions)
        boxes, attention = [], []
        for image, (chosen, sample) in enumerate(zip(rows, samples, strict=True)):
            predicted = self._boxes_at(predictions, anchors, chosen, image).detach()
            boxes.append(_inside(predicted, sample.img_shape))
            attention.append(self._attention_at(predictions, chosen, image))
        logits = self.mask_branch(finest, torch.cat(attention), boxes)
        found = [image[chosen] for image, chosen in zip(objects, rows, strict=True)]
        return self.mask_branch.loss(logits, boxes, found, [sample.gt_instances.masks for sample in samples])

    # Testing

    def predict(
        self, features: Sequence[Tensor], samples: Sequence[DetDataSample], rescale: bool = False
    ) -> list[InstanceData]:
        """Detect and embed.

        Args:
            features: M maps, as in :meth:`forward`.
            samples: B samples with metainfo.
            rescale: Return boxes in pixels of the original images; needs ``scale_factor`` (w, h) and, where the
                image does not begin at the input's top left corner, ``letterbox_offset`` (x, y).

        Returns:
            For each image ``bboxes`` (N, 4) xyxy, ``scores`` (N,), ``labels`` (N,) int64 and ``embeddings`` (N, D) unit
            vectors, by descending score; with a mask branch also ``mask_probabilities`` (N, s, s) within the boxes.
        """
        predictions = self(features)
        anchors = self._anchors(predictions)
        results = [self._predict_image(predictions, anchors, image) for image in range(len(samples))]
        if self.mask_branch is not None:
            self._add_masks(results, features[-1], predictions, samples)
        for found, sample in zip(results, samples, strict=True):
            found.pop("rows")
            if rescale:
                found.bboxes = in_original_image(found.bboxes, sample)
        return results

    def embed_objects(self, features: Sequence[Tensor], samples: Sequence[DetDataSample]) -> list[InstanceData]:
        """Read the embeddings of known objects, to score them apart from detection.

        Args:
            features: M maps, as in :meth:`forward`.
            samples: As in :meth:`loss`.

        Returns:
            For each image ``embeddings`` (N, D) unit vectors and ``instances_ids`` (N,) int64, unique over classes, -1
            for unlabelled objects. An object counts once on every scale that fits it; see :func:`cells_of_objects`.
        """
        maps = [embed(feature).float().flatten(2) for feature, embed in zip(features, self.embeddings, strict=True)]
        results = []
        for image, sample in enumerate(samples):
            truth = sample.gt_instances
            identities = truth.identities * self.num_classes + truth.labels
            identities[truth.identities == UNLABELLED] = UNLABELLED
            embeddings, ids = [], []
            for scale, feature in enumerate(features):
                corners = self.prior_generator.base_anchors[scale].to(truth.bboxes)
                cells, found = cells_of_objects(
                    truth.bboxes,
                    identities,
                    corners[:, 2:] - corners[:, :2],
                    (feature.shape[-2], feature.shape[-1]),
                    self.prior_generator.strides[scale],
                )
                embeddings.append(functional.normalize(maps[scale][image][:, cells].T))
                ids.append(found)
            results.append(InstanceData(embeddings=torch.cat(embeddings), instances_ids=torch.cat(ids)))
        return results

    def _anchors(self, predictions: Sequence[ScalePredictions]) -> Tensor:
        """Anchors (P, 4) of all scales."""
        sizes = [scale.embeddings.shape[-2:] for scale in predictions]
        return torch.cat(self.prior_generator.grid_priors(sizes, device=predictions[0].deltas.device))

    def _predict_image(self, predictions: Sequence[ScalePredictions], anchors: Tensor, image: int) -> InstanceData:
        """Threshold, decode what is left, suppress; read embeddings only where a detection remains."""
        logits = torch.cat([scale.logits[image] for scale in predictions])
        found = self.select(logits.softmax(-1)[:, 1:], lambda rows: self._boxes_at(predictions, anchors, rows, image))
        found.embeddings = self.embeddings_at(predictions, found.rows, image)
        return found

    def select(self, scores: Tensor, boxes_of: Callable[[Tensor], Tensor]) -> InstanceData:
        """Threshold by score, and suppress what overlaps, in one image.

        Args:
            scores: (P, C) of all anchors.
            boxes_of: Given rows (N,) int64, the boxes (N, 4) of those anchors.

        Returns:
            ``bboxes``, ``scores`` and ``labels`` as in :meth:`predict`, not rescaled, and ``rows`` (N,) int64: the
            anchors that they come from.
        """
        highest, labels = scores.max(-1)
        confident = (highest > self.test_cfg["score_thr"]).nonzero().squeeze(1)
        order = highest[confident].argsort(descending=True, stable=True)[: self.test_cfg["nms_pre"]]
        rows = confident[order]
        boxes = boxes_of(rows)
        if len(rows):  # of none, mmcv cannot tell the largest coordinate
            agnostic = self.test_cfg["class_agnostic"]
            _, kept = batched_nms(boxes, highest[rows], labels[rows], self.test_cfg["nms"], class_agnostic=agnostic)
            kept = kept[: self.test_cfg["max_per_img"]]
            boxes, rows = boxes[kept], rows[kept]
        return InstanceData(bboxes=boxes, scores=highest[rows], labels=labels[rows], rows=rows)

    def _add_masks(
        self,
        results: Sequence[InstanceData],
        finest: Tensor,
        predictions: Sequence[ScalePredictions],
        samples: Sequence[DetDataSample],
    ) -> None:
        """Cut boxes at the edges of the image, and add what share of each of their pixels is the object's."""
        for found, sample in zip(results, samples, strict=True):
            found.bboxes = _inside(found.bboxes, sample.img_shape)
        attention = [self._attention_at(predictions, found.rows, image) for image, found in enumerate(results)]
        logits = self.mask_branch(finest, torch.cat(attention), [found.bboxes for found in results])
        for found, masks in zip(results, logits.sigmoid().split([len(found) for found in results]), strict=True):
            found.mask_probabilities = masks

    # What is read at anchors, counted over all scales

    def _boxes_at(self, predictions: Sequence[ScalePredictions], anchors: Tensor, rows: Tensor, image: int) -> Tensor:
        """Boxes (N, 4) xyxy in input pixels."""
        deltas = torch.cat([scale.deltas[image] for scale in predictions])
        return self.box_coder.decode(anchors[rows], deltas[rows])

    def embeddings_at(self, predictions: Sequence[ScalePredictions], rows: Tensor, image: int) -> Tensor:
        """Return the unit embeddings (N, D) of anchors ``rows`` (N,), counted over all scales, of one image."""
        maps = [scale.embeddings[image].flatten(1) for scale in predictions]
        embeddings = maps[0].new_zeros((len(rows), len(maps[0])))
        for scale, here, places in self._by_scale(predictions, rows):
            embeddings[here] = maps[scale][:, places // self.num_anchors].T
        return functional.normalize(embeddings)

    def _attention_at(self, predictions: Sequence[ScalePredictions], rows: Tensor, image: int) -> Tensor:
        """Attention maps (N, K + 1, g, g) of the mask branch."""
        parts, order = [], []
        for scale, here, places in self._by_scale(predictions, rows):
            vectors = predictions[scale].bridge[image].flatten(1)[:, places // self.num_anchors].T
            parts.append(self.mask_branch.attend(scale, vectors, places % self.num_anchors))
            order.append(here.nonzero().squeeze(1))
        return torch.cat(parts)[torch.cat(order).argsort()]

    def _by_scale(self, predictions: Sequence[ScalePredictions], rows: Tensor) -> Iterator[tuple[int, Tensor, Tensor]]:
        """Yield each scale, which of the rows (N,) bool are its anchors, and their places (n,) among those."""
        start = 0
        for scale, prediction in enumerate(predictions):
            end = start + prediction.deltas.shape[1]
            here = (rows >= start) & (rows < end)
            yield scale, here, rows[here] - start
            start = end


def _draw(rows: Tensor, count: int) -> Tensor:
    """Draw at most ``count`` of the rows at random."""
    return rows[torch.randperm(len(rows), device=rows.device)[:count]]


def _inside(boxes: Tensor, image_shape: tuple[int, int]) -> Tensor:
    """Boxes cut at the edges of an image of (height, width); xyxy."""
    height, width = image_shape[:2]
    return boxes.clamp(min=0).minimum(boxes.new_tensor([width, height, width, height]))


def in_original_image(boxes: Tensor, sample: DetDataSample) -> Tensor:
    """Undo padding and scale of the input, and move corners left of or above the image to its edge, as released."""
    offset = boxes.new_tensor(sample.get("letterbox_offset", (0, 0))).repeat(2)
    return ((boxes - offset) / boxes.new_tensor(sample.scale_factor).repeat(2)).clamp(min=0)
