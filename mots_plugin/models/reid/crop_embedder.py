"""Person re-identification on crops: IDE, triplet and PCB are one network with other arguments."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional

from mots_plugin.models.layers.identity_banks import IdentityBanks


@MODELS.register_module()
class CropEmbedder(BaseModule):
    """Embeds crops by what a backbone sees in horizontal stripes of them.

    IDE (Zheng et al., arXiv:1610.02984): one stripe, identities classified. Triplet (Hermans et al., arXiv:1703.07737):
    one stripe, batch-hard triplet loss. PCB (Sun et al., ECCV 2018, without refined part pooling): six stripes, each
    with an embedding and a classifier of its own. mmdet's ``LinearReIDHead`` does the first two, where mmpretrain is
    installed.

    Args:
        backbone: Config of a backbone; its last feature map is taken.
        in_channels: Channels of that map.
        embed_channels: D, of the embedding of a stripe.
        stripes: S, equal parts of the height.
        identity_counts: Number of identities of each class, to classify them; None not to.
        loss_triplet: Config of a loss on (embeddings, identities), such as mmdet's ``TripletLoss``; None for none.
        init_cfg: Initialisation config.

    Raises:
        ValueError: There is nothing to learn from.
    """

    def __init__(
        self,
        backbone: dict,
        in_channels: int,
        embed_channels: int,
        stripes: int = 1,
        identity_counts: Sequence[int] | None = None,
        loss_triplet: dict | None = None,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        if identity_counts is None and loss_triplet is None:
            raise ValueError("CropEmbedder: give identity_counts, loss_triplet, or both")
        self.backbone = MODELS.build(backbone)
        self.embed_channels = embed_channels
        self.embeddings = nn.ModuleList(nn.Linear(in_channels, embed_channels) for _ in range(stripes))
        self.banks = None
        if identity_counts is not None:
            self.banks = nn.ModuleList(IdentityBanks(embed_channels, identity_counts) for _ in range(stripes))
        self.loss_triplet = MODELS.build(loss_triplet) if loss_triplet is not None else None

    def forward(self, crops: Tensor) -> Tensor:
        """Embed crops.

        Args:
            crops: (N, 3, h, w).

        Returns:
            (N, S, D) float32 unit vectors, from the top stripe to the bottom one.
        """
        if not len(crops):
            return crops.new_zeros((0, len(self.embeddings), self.embed_channels), dtype=torch.float32)
        stripes = functional.adaptive_avg_pool2d(self.backbone(crops)[-1], (len(self.embeddings), 1)).float()
        pairs = zip(self.embeddings, stripes.squeeze(3).unbind(2), strict=True)
        return torch.stack([functional.normalize(layer(stripe).float(), dim=1) for layer, stripe in pairs], dim=1)

    def embed(self, crops: Tensor) -> Tensor:
        """Return (N, S * D) float32 unit vectors: the embeddings of all stripes, one after the other."""
        return self(crops).flatten(1) / math.sqrt(len(self.embeddings))

    def loss(self, crops: Tensor, identities: Tensor, classes: Tensor) -> dict[str, Tensor]:
        """Losses on crops.

        Args:
            crops: (N, 3, h, w).
            identities: (N,) int64, from 0 within a class.
            classes: (N,) int64.

        Returns:
            ``loss_identity``, averaged over stripes, and ``loss_triplet``, as far as there are such.
        """
        embeddings, losses = self(crops), {}
        if self.banks is not None:
            pairs = zip(self.banks, embeddings.unbind(1), strict=True)
            of_stripes = [bank(stripe, identities, classes) for bank, stripe in pairs]
            losses["loss_identity"] = torch.stack(of_stripes).mean()
        if self.loss_triplet is not None:
            losses["loss_triplet"] = self.loss_triplet(embeddings.flatten(1), _across_classes(identities, classes))
        return losses


def _across_classes(identities: Tensor, classes: Tensor) -> Tensor:
    """Return identities that objects of different classes do not share."""
    return identities * (classes.max() + 1 if len(classes) else 1) + classes
