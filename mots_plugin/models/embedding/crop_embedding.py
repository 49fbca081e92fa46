"""An instance embedding by itself, trained on crops of any source of masks (PointTrack, stage two)."""

from __future__ import annotations

from mmdet.registry import MODELS
from mmengine.model import BaseModel
from torch import Tensor


@MODELS.register_module()
class CropEmbeddingModel(BaseModel):
    """Trains the ``embedding`` of a tracker; weights have the tracker's names.

    Args:
        embedding: Config of a head such as :class:`~mots_plugin.models.heads.instance_embedding.InstanceEmbedding`.
        data_preprocessor: Config of a ``BaseDataPreprocessor``.
        init_cfg: Initialisation config.
    """

    def __init__(self, embedding: dict, data_preprocessor: dict | None = None, init_cfg: dict | None = None) -> None:
        super().__init__(data_preprocessor, init_cfg)
        self.embedding = MODELS.build(embedding)

    def forward(self, mode: str, **crops: Tensor) -> dict[str, Tensor]:
        """Losses of a batch of crops, the only ``mode``; see the head's ``loss``."""
        if mode != "loss":
            raise NotImplementedError("crops are for training; a tracker embeds the instances of whole frames")
        return self.embedding.loss(**crops)
