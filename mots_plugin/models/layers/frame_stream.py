"""What carries a temporal block from frame to frame at test time."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from torch import Tensor

FrameFeatures = tuple[Tensor, ...]
"""Features of one frame: one (1, C, H, W) tensor a level."""


class FrameStream(Protocol):
    """A temporal block at work on one video: takes one frame at a time, holds a bounded number of them.

    Made anew for each video. It is no module, so its state never reaches a checkpoint.
    """

    def push(self, features: Sequence[Tensor]) -> list[FrameFeatures]:
        """Take the next frame, one (1, C, H, W) tensor a level; return the frames that became ready, in order."""

    def finish(self) -> list[FrameFeatures]:
        """Declare the video ended; return the frames still held back, in order."""
