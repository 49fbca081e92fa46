"""The branches of SpatialEmbedding (Neven et al. 2019), as PointTrack and PointTrack++ have them.

Shapes: B images of H x W pixels, P = H W, K classes, M instances of one image.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import torch
from mmdet.registry import MODELS
from mmdet.structures import SampleList
from mmengine.model import BaseModule
from torch import Tensor
from torch.nn import functional

from mots_plugin.models.losses.spatial_embedding import gaussian, instance_loss, seed_loss, variance_loss
from mots_plugin.ops.clustering import ClusteringRule, cluster_pixels
from mots_plugin.ops.label_maps import merge_label_maps

# Distance of neighbouring pixels, across and down: the released coordinate map is linspace(0, 2, 2048) across and
# linspace(0, 1, 1024) down, of which an image or a crop takes the upper left corner, whatever its size.
PIXEL_PITCH = (2 / 2047, 1 / 1023)
SIGMA_SCALE = 10.0  # precision of a Gaussian = exp(SIGMA_SCALE sigma)
VARIANCE_WEIGHT = 10.0  # of the loss that makes the sigmas of an instance equal; the others weigh 1
IGNORED = -2  # label of a pixel that does not count; -1 is background


class PixelMaps(NamedTuple):
    """What the branches say of each pixel.

    Attributes:
        offsets: (B, 2, H, W) vector to the centre of the pixel's instance, across and down, before tanh.
        sigmas: (B, 2, H, W) logarithm of the precision of the instance's Gaussian, over ``SIGMA_SCALE``.
        seeds: (B, K, H, W) logits of how close the pixel comes to its centre, or None.
        semantics: (B, 1 + K, H, W) logits of background and classes, or None.
    """

    offsets: Tensor
    sigmas: Tensor
    seeds: Tensor | None
    semantics: Tensor | None

    def cut(self, height: int, width: int) -> PixelMaps:
        """The upper left corner of all maps."""
        offsets, sigmas, seeds, semantics = (None if part is None else part[..., :height, :width] for part in self)
        assert offsets is not None
        assert sigmas is not None
        return PixelMaps(offsets, sigmas, seeds, semantics)


class PixelTargets(NamedTuple):
    """Ground truth of one image.

    Attributes:
        instances: (P,) int64 instance of each pixel, from 0; -1 for none.
        labels: (P,) int64 class of each pixel, from 0; -1 for background, ``IGNORED`` where nothing is learnt.
        areas: (M,) pixels of each instance, above 0.
    """

    instances: Tensor
    labels: Tensor
    areas: Tensor


class InstanceMap(NamedTuple):
    """The instances of one image, of all classes, no pixel in two of them.

    Attributes:
        numbers: (H, W) int32, i + 1 for the pixels of instance i, 0 for background.
        labels: (N,) int64 class of each instance, from 0.
        scores: (N,) float32 seed score that each grew from.
    """

    numbers: Tensor
    labels: Tensor
    scores: Tensor


@MODELS.register_module()
class SpatialEmbeddingHead(BaseModule):
    """Predicts for each pixel where its instance's centre lies, how far the instance reaches, and a seed score.

    PointTrack has two decoders: offsets and sigmas, and seeds. PointTrack++ takes the confidence of a semantic decoder
    for seed score: instead of the seed decoder in the paper, beside it in the released code.

    Args:
        num_classes: K. Offsets and sigmas are shared by the classes, seed maps are not.
        decoder: Config of a decoder, without ``out_channels``.
        clustering: For each class the arguments of its :class:`ClusteringRule`.
        with_seeds: Whether there is a seed decoder.
        semantic_loss: Config of the loss of the semantic decoder; None: there is none.
        semantic_score: Confidence of a class: ``'sigmoid'`` of its logit, or ``'softmax'``.
        foreground_weight: Of instances in the seed loss, for all classes or for each: 10 on crops, 200 for cars and 50
            for pedestrians in fine-tuning.
        ignore_as_background: Learn ignore regions as background, as the released code does.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        num_classes: int,
        decoder: dict,
        clustering: Sequence[dict],
        with_seeds: bool = True,
        semantic_loss: dict | None = None,
        semantic_score: str = "sigmoid",
        foreground_weight: float | Sequence[float] = 10.0,
        ignore_as_background: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if len(clustering) != num_classes:
            raise ValueError(f"clustering has rules for {len(clustering)} classes, num_classes is {num_classes}")
        if not with_seeds and semantic_loss is None:
            raise ValueError("without seed decoder there must be a semantic one: set semantic_loss")
        if semantic_score not in ("sigmoid", "softmax"):
            raise ValueError(f"semantic_score {semantic_score!r} is none of sigmoid, softmax")
        self.num_classes = num_classes
        self.rules = [ClusteringRule(**rule) for rule in clustering]
        self.instance_decoder = MODELS.build({**decoder, "out_channels": 4})
        self.seed_decoder = MODELS.build({**decoder, "out_channels": num_classes}) if with_seeds else None
        self.semantic_decoder, self.loss_semantic = None, None
        if semantic_loss is not None:
            self.semantic_decoder = MODELS.build({**decoder, "out_channels": 1 + num_classes})
            self.loss_semantic = MODELS.build(semantic_loss)
        self.semantic_score = semantic_score
        if isinstance(foreground_weight, int | float):
            foreground_weight = [foreground_weight] * num_classes
        self.foreground_weights = list(foreground_weight)
        if len(self.foreground_weights) != num_classes:
            raise ValueError(f"foreground_weight has {len(self.foreground_weights)} values for {num_classes} classes")
        self.ignore_as_background = ignore_as_background

    def init_weights(self) -> None:
        """Start with no offset, and with Gaussians of exp(SIGMA_SCALE): half of it some six pixels from the centre."""
        super().init_weights()
        with torch.no_grad():
            last = self.instance_decoder.output_conv
            last.weight.zero_()
            last.bias.copy_(torch.tensor([0.0, 0.0, 1.0, 1.0]))

    def forward(self, features: Tensor, size: tuple[int, int]) -> PixelMaps:
        """Run the decoders.

        Args:
            features: (B, C, h, w).
            size: ``(H, W)`` of the maps; coarser ones are interpolated.
        """

        def run(decoder: torch.nn.Module) -> Tensor:
            maps = decoder(features).contiguous()  # losses and clustering go channel by channel
            if maps.shape[-2:] == size:
                return maps
            return functional.interpolate(maps, size, mode="bilinear", align_corners=False)

        offsets, sigmas = run(self.instance_decoder).split(2, dim=1)
        return PixelMaps(
            offsets,
            sigmas,
            None if self.seed_decoder is None else run(self.seed_decoder),
            None if self.semantic_decoder is None else run(self.semantic_decoder),
        )

    def get_targets(self, samples: SampleList, size: tuple[int, int], device: torch.device) -> list[PixelTargets]:
        """Draw the masks of each image; pixels beyond an image, where the batch is padded, are ignored.

        Args:
            samples: With ``gt_instances`` (``masks``, ``labels``), and ``ignored_instances`` with ``masks`` if any.
            size: ``(H, W)`` of the batch.
            device: Where the targets go.
        """
        outside = -1 if self.ignore_as_background else IGNORED
        targets = []
        for sample in samples:
            instances = np.full(size, -1, np.int64)
            labels = np.full(size, IGNORED, np.int64)
            height, width = sample.img_shape[:2]
            labels[:height, :width] = -1
            if "ignored_instances" in sample:
                for mask in sample.ignored_instances.masks.masks:
                    labels[: mask.shape[0], : mask.shape[1]][mask > 0] = outside
            classes = sample.gt_instances.labels.tolist()
            for index, (mask, label) in enumerate(zip(sample.gt_instances.masks.masks, classes, strict=True)):
                instances[: mask.shape[0], : mask.shape[1]][mask > 0] = index
                labels[: mask.shape[0], : mask.shape[1]][mask > 0] = label
            flat = torch.from_numpy(instances.ravel()).to(device)
            areas = torch.bincount(flat + 1, minlength=len(classes) + 1)[1:]
            seen = areas > 0  # masks that others cover whole are no instances here
            numbers = torch.cat([seen.new_ones(1), seen]).cumsum(0) - 2
            flat, areas = numbers[flat + 1], areas[seen]
            targets.append(PixelTargets(flat, torch.from_numpy(labels.ravel()).to(device), areas))
        return targets

    def loss(self, maps: PixelMaps, samples: SampleList) -> dict[str, Tensor]:
        """Losses, averaged over images.

        Args:
            maps: What :meth:`forward` returned.
            samples: As in :meth:`get_targets`.
        """
        height, width = maps.offsets.shape[-2:]
        targets = self.get_targets(samples, (height, width), maps.offsets.device)
        per_image = [self._image_losses(maps, index, target) for index, target in enumerate(targets)]
        return {name: torch.stack([losses[name] for losses in per_image]).mean() for name in per_image[0]}

    def _image_losses(self, maps: PixelMaps, index: int, targets: PixelTargets) -> dict[str, Tensor]:
        instances, labels, areas = targets
        valid = labels != IGNORED
        coordinates = pixel_coordinates(maps.offsets)
        embeddings = (maps.offsets[index].tanh() + coordinates).flatten(1)
        sigmas = maps.sigmas[index].flatten(1)
        centres = _means(coordinates.flatten(1), instances, areas)
        means = _means(sigmas, instances, areas)
        precisions = (SIGMA_SCALE * means).exp()
        losses = {
            # Without instances there is nothing to learn, but every weight still gets a gradient, of zero.
            "loss_instance": instance_loss(embeddings, centres, precisions, instances, valid) + embeddings.sum() * 0,
            "loss_variance": VARIANCE_WEIGHT * variance_loss(sigmas, means, instances, areas) + sigmas.sum() * 0,
        }
        if maps.seeds is not None:
            foreground = labels == torch.arange(self.num_classes, device=labels.device)[:, None]
            own = torch.zeros_like(embeddings[0])
            inside = instances >= 0
            owner = instances[inside]
            with torch.no_grad():
                own[inside] = gaussian(embeddings[:, inside], centres[:, owner], precisions[:, owner])
            scores = maps.seeds[index].flatten(1).sigmoid()
            weights = scores.new_tensor(self.foreground_weights)
            losses["loss_seed"] = seed_loss(scores, own, foreground, valid, weights)
        if maps.semantics is not None and self.loss_semantic is not None:
            losses["loss_semantic"] = self.loss_semantic(maps.semantics[index].flatten(1)[:, valid], labels[valid] + 1)
        return losses

    def seed_scores(self, maps: PixelMaps) -> Tensor:
        """(B, K, H, W) scores in [0, 1] that instances grow from: of the semantic decoder where there is one."""
        if maps.semantics is not None:
            logits = maps.semantics
            return (logits.softmax(1) if self.semantic_score == "softmax" else logits.sigmoid())[:, 1:]
        assert maps.seeds is not None
        return maps.seeds.sigmoid()

    def predict(self, maps: PixelMaps) -> list[InstanceMap]:
        """Cluster the pixels of each image."""
        return self.cluster(maps.offsets.tanh(), maps.sigmas, self.seed_scores(maps))

    def cluster(self, offsets: Tensor, sigmas: Tensor, seeds: Tensor) -> list[InstanceMap]:
        """Cluster the pixels of each image, class by class; where classes overlap, the higher seed score wins.

        Args:
            offsets: (B, 2, H, W) vectors to the centres, in (-1, 1).
            sigmas: (B, 2, H, W), see :class:`PixelMaps`.
            seeds: (B, K, H, W) scores in [0, 1].
        """
        embeddings = offsets + pixel_coordinates(offsets)
        precisions = (SIGMA_SCALE * sigmas).exp()
        predictions = []
        for embedding, precision, scores in zip(embeddings, precisions, seeds, strict=True):
            found = [
                cluster_pixels(embedding, precision, score, rule)
                for score, rule in zip(scores, self.rules, strict=True)
            ]
            label_maps, certainties = zip(*found, strict=True)
            predictions.append(InstanceMap(*merge_label_maps(torch.stack(label_maps), list(certainties))))
        return predictions


def pixel_coordinates(maps: Tensor) -> Tensor:
    """(2, H, W) position of each pixel, across and down, in the units of the offsets, for maps of (…, H, W)."""
    height, width = maps.shape[-2:]
    across = torch.arange(width, device=maps.device) * PIXEL_PITCH[0]
    down = torch.arange(height, device=maps.device) * PIXEL_PITCH[1]
    return torch.stack([across.expand(height, width), down[:, None].expand(height, width)])


def _means(values: Tensor, instances: Tensor, areas: Tensor) -> Tensor:
    """(C, M) means of (C, P) values over each instance's pixels."""
    sums = values.new_zeros(len(values), len(areas) + 1).index_add(1, instances + 1, values)
    return sums[:, 1:] / areas
