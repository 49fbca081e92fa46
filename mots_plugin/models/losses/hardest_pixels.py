"""Cross entropy over the worst-classified pixels of semantic maps."""

from __future__ import annotations

import math
from collections.abc import Sequence

import torch
from mmdet.registry import MODELS
from torch import Tensor, nn
from torch.nn import functional


def hardest_pixels_cross_entropy(
    logits: Tensor,
    classes: Tensor,
    fraction: float = 0.25,
    void: int = 255,
    over_batch: bool = False,
    class_weights: Tensor | None = None,
) -> Tensor:
    """Average the cross entropy of the pixels where it is highest (loss max-pooling; MAPT, equations 2 and 3).

    Void pixels have no loss, but count among all pixels, of which a fraction is taken.

    Args:
        logits: (B, C, H, W).
        classes: (B, H, W) int64 classes in [0, C), or void.
        fraction: Part of the pixels that count, in (0, 1].
        void: Class of pixels that are not annotated.
        over_batch: Take the hardest of the whole batch, as EfficientPS' code does; else of each image.
        class_weights: (C,) factors on the loss of each class's pixels, before the hardest are chosen.

    Returns:
        Scalar: the mean over the chosen pixels.
    """
    losses = functional.cross_entropy(logits, classes, class_weights, ignore_index=void, reduction="none")
    losses = losses.view(1 if over_batch else len(losses), -1)
    return losses.topk(math.ceil(fraction * losses.shape[1]), dim=1, sorted=False).values.mean()


@MODELS.register_module()
class HardestPixelsCrossEntropyLoss(nn.Module):
    """:func:`hardest_pixels_cross_entropy` as a configurable part.

    Args:
        fraction: Part of the pixels that count.
        over_batch: Whether the hardest are those of the batch or of each image.
        class_weights: Factors on the loss of each class's pixels, None for ones, as published.
        loss_weight: Factor on the result.
    """

    class_weights: Tensor | None

    def __init__(
        self,
        fraction: float = 0.25,
        over_batch: bool = False,
        class_weights: Sequence[float] | None = None,
        loss_weight: float = 1.0,
    ) -> None:
        super().__init__()
        if not 0 < fraction <= 1:
            raise ValueError(f"HardestPixelsCrossEntropyLoss: fraction {fraction} is outside (0, 1]")
        self.fraction = fraction
        self.over_batch = over_batch
        weights = None if class_weights is None else torch.tensor(class_weights, dtype=torch.float32)
        self.register_buffer("class_weights", weights, persistent=False)
        self.loss_weight = loss_weight

    def forward(self, logits: Tensor, classes: Tensor) -> Tensor:
        """Return the weighted loss; shapes as in :func:`hardest_pixels_cross_entropy`."""
        return self.loss_weight * hardest_pixels_cross_entropy(
            logits, classes, self.fraction, over_batch=self.over_batch, class_weights=self.class_weights
        )
