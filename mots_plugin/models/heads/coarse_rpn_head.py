"""Region proposals from the coarser levels of a pyramid, whose finest level serves masks alone."""

from __future__ import annotations

from typing import Any

from mmdet.models.dense_heads import RPNHead
from mmdet.registry import MODELS
from torch import Tensor


@MODELS.register_module()
class CoarseRPNHead(RPNHead):
    """An RPN head that passes over the finest levels: most anchors lie there, and few objects are that small.

    Args:
        start_level: First level that proposes, counted from the finest, 0. The anchor generator has the strides from
            there on.
        **kwargs: Arguments of ``RPNHead``.
    """

    def __init__(self, start_level: int = 1, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.start_level = start_level

    def forward(self, x: tuple[Tensor, ...]) -> tuple[list[Tensor], list[Tensor]]:
        """Map one (B, C, H, W) tensor a level to (B, A, H, W) scores and (B, 4A, H, W) deltas a proposing level."""
        return super().forward(x[self.start_level :])
