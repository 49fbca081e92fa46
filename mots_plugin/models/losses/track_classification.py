"""Cross entropy of an object's similarity to the tracks of another frame."""

from __future__ import annotations

import torch
from mmdet.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional


def track_cross_entropy(
    embeddings: Tensor, identities: Tensor, track_embeddings: Tensor, track_identities: Tensor, temperature: float
) -> Tensor:
    """Classify objects by the tracks of another frame (MAPT, equations 6 and 7).

    The logits are cosines over a temperature, which the paper does not name, but without which the loss cannot fall
    far: cosines lie within two of each other.

    Args:
        embeddings: (N, E) of objects; those whose identity has no track take no part.
        identities: (N,) int64.
        track_embeddings: (M, E), one a track of the other frame.
        track_identities: (M,) int64, all distinct.
        temperature: What the cosines are divided by.

    Returns:
        (K,) losses of the K <= N objects that have a track.
    """
    same = identities[:, None] == track_identities[None]
    known = same.any(dim=1)
    cosines = functional.normalize(embeddings[known], dim=1) @ functional.normalize(track_embeddings, dim=1).T
    return functional.cross_entropy(cosines / temperature, same[known].int().argmax(dim=1), reduction="none")


@MODELS.register_module()
class TrackCrossEntropyLoss(nn.Module):
    """:func:`track_cross_entropy` over the clips of a batch, as a configurable part.

    Args:
        temperature: What the cosines are divided by.
        loss_weight: Factor on the mean over objects.
    """

    def __init__(self, temperature: float = 0.1, loss_weight: float = 1.0) -> None:
        super().__init__()
        if temperature <= 0:
            raise ValueError(f"TrackCrossEntropyLoss: temperature {temperature} is not above 0")
        self.temperature = temperature
        self.loss_weight = loss_weight

    def forward(self, pairs: list[tuple[Tensor, Tensor, Tensor, Tensor]]) -> Tensor:
        """Return the weighted mean over all objects that have a track; 0 when none has.

        Args:
            pairs: For each ordered pair of frames, the first four arguments of :func:`track_cross_entropy`.
        """
        losses = torch.cat([track_cross_entropy(*pair, self.temperature) for pair in pairs])
        if len(losses):
            return self.loss_weight * losses.mean()
        return 0 * torch.stack([pair[0].sum() + pair[2].sum() for pair in pairs]).sum()
