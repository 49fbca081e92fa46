"""JDE's embeddings of known objects, to be scored by retrieval (TPR at a false accept rate) without any detection."""

from __future__ import annotations

from typing import Any

from mmdet.registry import MODELS
from mmdet.structures import DetDataSample
from mmengine.model import BaseModel
from torch import Tensor


@MODELS.register_module()
class JDEObjectEmbedder(BaseModel):
    """Reads embeddings where the ground truth is; takes the checkpoints of :class:`JDE`, and is not trained itself.

    Args:
        detector: Config of JDE's detector.
        data_preprocessor: Config of ``DetDataPreprocessor``.
    """

    def __init__(self, detector: dict, data_preprocessor: dict | None = None) -> None:
        super().__init__(data_preprocessor)
        self.detector = MODELS.build(detector)

    def forward(
        self, inputs: Tensor, data_samples: list[DetDataSample], mode: str = "predict", **kwargs: Any
    ) -> list[DetDataSample]:
        """Embed the objects of images.

        Args:
            inputs: (B, 3, H, W) images.
            data_samples: B samples with boxes, labels and identities in input pixels; see :meth:`JDEHead.loss`.
            mode: ``'predict'``.
            **kwargs: Not used; part of the base class's signature.

        Returns:
            The samples, each with ``embeddings`` and ``instances_ids`` in ``pred_instances``.
        """
        features = self.detector.extract_feat(inputs)
        for sample, found in zip(
            data_samples, self.detector.bbox_head.embed_objects(features, data_samples), strict=True
        ):
            sample.pred_instances = found
        return data_samples
