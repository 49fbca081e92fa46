"""PointTrack (Xu et al., ECCV 2020) and PointTrack++ (2020): segment, embed the segments as points, track."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any

import numpy as np
import torch
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.model import BaseModule
from torch import Tensor, nn

from mots_plugin.ops import instances_of_label_map
from mots_plugin.structures import Observations

from .online import OnlineMOT


class SegmentAndEmbed(BaseModule):
    """A segmenter, and the embedding of what it finds.

    Args:
        segmenter: Config of a segmenter with ``segment(images)`` and ``head.num_classes``.
        embedding: Config of an instance embedding with ``embed(image, instance_map, labels)``.
    """

    def __init__(self, segmenter: dict, embedding: dict) -> None:
        super().__init__()
        self.segmenter = MODELS.build(segmenter)
        self.embedding = MODELS.build(embedding)
        self.num_classes: int = self.segmenter.head.num_classes

    def observe(self, image: Tensor, sample: DetDataSample) -> Observations:
        """Segment and embed one frame.

        Args:
            image: (1, 3, H, W) red, green, blue in [0, 1].
            sample: Its metainfo. Points are taken from the image as the segmenter sees it; masks and boxes come out in
                pixels of the original one.
        """
        height, width = sample.img_shape[:2]
        (found,) = self.segmenter.segment(image)
        shown = found.numbers[:height, :width]
        colours = image[0, :, :height, :width].flip(0) * 255
        vectors = self.embedding.embed(colours, shown, found.labels)
        numbers, boxes, masks = instances_of_label_map(shown.cpu().numpy(), tuple(sample.ori_shape[:2]))
        rows = numbers - 1
        return Observations(
            boxes=boxes,
            scores=found.scores.cpu().numpy()[rows],
            labels=found.labels.cpu().numpy()[rows],
            masks=masks,
            embeddings=vectors.cpu().numpy()[rows],
        )


@MODELS.register_module()
class PointTrack(OnlineMOT):
    """Tracks what one or several pairs of a segmenter and an embedding find.

    Published are two pairs, one for cars and one for pedestrians; a pair may serve both as well. All are trained apart,
    each with a config of its own, and put together by ``tools/join_checkpoints.py``.

    Args:
        networks: Arguments of :class:`SegmentAndEmbed`, one dict a pair. The classes of a pair follow those of the pair
            before it.
        tracker: Config of a tracker.
        data_preprocessor: Config of ``TrackDataPreprocessor``; it must give red, green, blue in [0, 1].
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        networks: Sequence[dict],
        tracker: dict,
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(tracker, data_preprocessor, init_cfg)
        self.networks = nn.ModuleList(SegmentAndEmbed(**network) for network in networks)

    def loss(self, *_: Any, **__: Any) -> dict[str, Tensor]:
        """Refuse: segmenter and embedding learn from different data."""
        raise NotImplementedError("train the segmenter and the embedding with their own configs (configs/pointtrack)")

    @torch.no_grad()
    def observe(self, image: Tensor, sample: DetDataSample) -> Iterator[tuple[DetDataSample, Observations]]:
        """Yield the frame itself, with what all networks found in it."""
        found: list[tuple[Observations, int]] = []
        first_label = 0
        for network in self.networks:
            assert isinstance(network, SegmentAndEmbed)
            found.append((network.observe(image, sample), first_label))
            first_label += network.num_classes
        yield (
            sample,
            Observations(
                boxes=np.concatenate([part.boxes for part, _ in found]),
                scores=np.concatenate([part.scores for part, _ in found]),
                labels=np.concatenate([part.labels + first for part, first in found]),
                masks=[mask for part, _ in found for mask in part.masks or []],
                embeddings=np.concatenate([part.embeddings for part, _ in found if part.embeddings is not None]),
            ),
        )
