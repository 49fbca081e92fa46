"""JDE: one network that detects and embeds (Towards Real-Time Multi-Object Tracking, ECCV 2020)."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from torch import Tensor

from mots_plugin.ops import paste_masks
from mots_plugin.structures import Observations

from .online import OnlineMOT


@MODELS.register_module()
class JDE(OnlineMOT):
    """Detects and embeds objects in one pass over each frame, and tracks them.

    Trained on single images, tested on videos, so its ``TrackDataPreprocessor`` is one with ``use_det_processor``.

    Args:
        detector: Config of a single-stage detector whose ``bbox_head`` is a :class:`JDEHead`.
        tracker: Config of a tracker.
        data_preprocessor: Config of ``TrackDataPreprocessor``.
        init_cfg: Initialisation config.
    """

    def __init__(
        self, detector: dict, tracker: dict, data_preprocessor: dict | None = None, init_cfg: dict | None = None
    ) -> None:
        super().__init__(tracker, data_preprocessor, init_cfg)
        self.detector = MODELS.build(detector)

    def loss(self, inputs: Tensor, data_samples: list[DetDataSample], **kwargs: Any) -> dict[str, Tensor]:
        """Losses on single images.

        Args:
            inputs: (B, 3, H, W) images.
            data_samples: B samples with boxes, labels and identities; see :meth:`JDEHead.loss`.
            **kwargs: Not used; part of the base class's signature.
        """
        return self.detector.loss(inputs, data_samples)

    def observe(self, image: Tensor, sample: DetDataSample) -> Iterator[tuple[DetDataSample, Observations]]:
        """Yield the frame itself, with what was found in it."""
        (found,) = self.detector.bbox_head.predict(self.detector.extract_feat(image), [sample], rescale=True)
        host = {name: value.detach().cpu().numpy() for name, value in found.items()}
        masks = None
        if "mask_probabilities" in host:
            masks = paste_masks(host["mask_probabilities"], host["bboxes"], tuple(sample.ori_shape[:2]))
        observations = Observations(
            boxes=host["bboxes"],
            scores=host["scores"],
            labels=host["labels"],
            masks=masks,
            embeddings=host["embeddings"],
        )
        yield sample, observations
