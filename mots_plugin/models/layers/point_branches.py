"""Networks over unordered points, one a source of information (PointTrack; layout as released).

Shapes: N instances, F foreground and E environment points each.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor, nn
from torch.nn import functional

SLOPE = 0.01  # of all leaky rectifiers


class PointLayers(nn.Module):
    """Linear layers applied to every point alike, a leaky rectifier behind each.

    Args:
        channels: Numbers of channels, input first.
        normalised: How many layers, from the first on, have batch normalisation in front of the rectifier.
    """

    def __init__(self, channels: Sequence[int], normalised: int = 0) -> None:
        super().__init__()
        pairs = list(zip(channels[:-1], channels[1:], strict=True))
        self.linear = nn.ModuleList(nn.Linear(before, after) for before, after in pairs)
        self.norm = nn.ModuleList(nn.BatchNorm1d(after) for _, after in pairs[:normalised])

    def forward(self, points: Tensor) -> Tensor:
        """Map (P, C) to (P, C') features."""
        for index, linear in enumerate(self.linear):
            points = linear(points)
            if index < len(self.norm):
                points = self.norm[index](points)
            points = functional.leaky_relu(points, SLOPE, inplace=True)
        return points


class ForegroundBranch(nn.Module):
    """What an object looks like: places and colours, pooled by mean, by maximum, and weighted by learned importance.

    Args:
        use_colour: False: places alone, for masks without images.
    """

    def __init__(self, use_colour: bool = True) -> None:
        super().__init__()
        self.place = PointLayers((2, 64, 128, 256), normalised=3)
        self.colour = PointLayers((3, 64, 128, 256), normalised=3) if use_colour else None
        channels = 512 if use_colour else 256
        self.mean_path = PointLayers((channels, 256, 512, 64), normalised=2)
        self.max_path = PointLayers((channels, 256, 512, 64), normalised=2)
        self.importance = nn.Linear(128, 1)
        self.out_channels = 64 + 64 + channels

    def forward(self, points: Tensor) -> Tensor:
        """Map (N, F, 5) points, colour then offset, to (N, out_channels) features."""
        count = points.shape[:2]
        flat = points.flatten(0, 1)
        features = self.place(flat[:, 3:])
        if self.colour is not None:
            features = torch.cat([features, self.colour(flat[:, :3])], dim=1)
        averaged, peaked = self.mean_path(features), self.max_path(features)
        weights = self.importance(torch.cat([averaged, peaked], dim=1)).view(count).softmax(dim=1)
        features, averaged, peaked = (part.unflatten(0, count) for part in (features, averaged, peaked))
        weighted = (weights[:, None] @ features)[:, 0]
        return torch.cat([averaged.mean(1), peaked.amax(1), weighted], dim=1)


class EnvironmentBranch(nn.Module):
    """What surrounds an object: places, colours and categories, pooled by maximum.

    Args:
        use_colour: As of :class:`ForegroundBranch`.
    """

    out_channels = 256

    def __init__(self, use_colour: bool = True) -> None:
        super().__init__()
        self.place = PointLayers((2, 64, 128, 128))
        self.colour = PointLayers((3, 64, 128, 256)) if use_colour else None
        self.category = PointLayers((3, 64, 128, 128))
        self.fuse = PointLayers((512 if use_colour else 256, 256, 512, 256))

    def forward(self, points: Tensor) -> Tensor:
        """Map (N, E, 8) points, colour, offset and category, to (N, 256) features."""
        flat = points.flatten(0, 1)
        parts = [self.place(flat[:, 3:5]), self.category(flat[:, 5:])]
        if self.colour is not None:
            parts.insert(1, self.colour(flat[:, :3]))
        return self.fuse(torch.cat(parts, dim=1)).unflatten(0, points.shape[:2]).amax(1)
