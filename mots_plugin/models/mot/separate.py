"""Separate detection and embedding (SDE): what JDE is compared with in figure 4 of its paper."""

from __future__ import annotations

import copy
from collections.abc import Iterator, Sequence
from typing import Any

import torch
from mmcv.ops import roi_align
from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmdet.structures.bbox import get_box_tensor
from torch import Tensor

from mots_plugin.structures import Observations

from .online import OnlineMOT


@MODELS.register_module()
class SeparateDetectionEmbedding(OnlineMOT):
    """Detects objects with one network, cuts them out of the image and embeds them with another.

    The two share no weights; they are trained at once only so that one command does it, on the same images. Trained on
    single images, tested on videos, so its ``TrackDataPreprocessor`` is one with ``use_det_processor``.

    Args:
        detector: Config of any of mmdet's detectors.
        embedder: Config of a network with ``embed(crops)`` and ``loss(crops, identities, classes)``, such as
            :class:`CropEmbedder`.
        tracker: Config of a tracker.
        crop_size: (height, width) of the crops, pixels.
        data_preprocessor: Config of ``TrackDataPreprocessor``.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        detector: dict,
        embedder: dict,
        tracker: dict,
        crop_size: tuple[int, int] = (256, 128),
        data_preprocessor: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(tracker, data_preprocessor, init_cfg)
        self.detector = MODELS.build(detector)
        self.embedder = MODELS.build(embedder)
        self.crop_size = tuple(crop_size)

    def loss(self, inputs: Tensor, data_samples: list[DetDataSample], **kwargs: Any) -> dict[str, Tensor]:
        """Losses on single images.

        Args:
            inputs: (B, 3, H, W) images.
            data_samples: B samples with boxes, labels and ``identities``, -1 for none.
            **kwargs: Not used; part of the base class's signature.

        Returns:
            The losses of the detector, and those of the embedder on all objects with an identity.
        """
        truths = [sample.gt_instances for sample in data_samples]
        known = [truth.identities >= 0 for truth in truths]
        boxes = [get_box_tensor(truth.bboxes)[rows] for truth, rows in zip(truths, known, strict=True)]
        identities = torch.cat([truth.identities[rows] for truth, rows in zip(truths, known, strict=True)])
        classes = torch.cat([truth.labels[rows] for truth, rows in zip(truths, known, strict=True)])
        losses = self.detector.loss(inputs, data_samples)
        losses.update(self.embedder.loss(self.cut_out(inputs, boxes), identities, classes))
        return losses

    def observe(self, image: Tensor, sample: DetDataSample) -> Iterator[tuple[DetDataSample, Observations]]:
        """Yield the frame itself, with what was found in it."""
        (detected,) = self.detector.predict(image, [copy.copy(sample)], rescale=False)
        found = detected.pred_instances
        boxes = get_box_tensor(found.bboxes)
        embeddings = self.embedder.embed(self.cut_out(image, [boxes]))
        yield (
            sample,
            Observations(
                boxes=_in_original_image(boxes, sample).cpu().numpy(),
                scores=found.scores.cpu().numpy(),
                labels=found.labels.cpu().numpy(),
                embeddings=embeddings.cpu().numpy(),
            ),
        )

    def cut_out(self, images: Tensor, boxes: Sequence[Tensor]) -> Tensor:
        """Return crops of one size, objects of the first image first.

        Args:
            images: (B, 3, H, W).
            boxes: B times (N, 4) xyxy, pixels of the images.
        """
        rois = [torch.cat([box.new_full((len(box), 1), number), box], 1) for number, box in enumerate(boxes)]
        return roi_align(images, torch.cat(rois).to(images.dtype), self.crop_size, 1.0, 2, "avg", True)


def _in_original_image(boxes: Tensor, sample: DetDataSample) -> Tensor:
    """Undo padding and scale of the input."""
    top, _, left, _ = sample.get("pad_param", (0, 0, 0, 0))
    scale = boxes.new_tensor(sample.scale_factor).repeat(2)
    return (boxes - boxes.new_tensor([left, top, left, top])) / scale
