"""3D convolution over adjacent frames: whole clips in training, frame by frame at test time.

Shapes: clips of T frames, features of C channels and H x W cells, all levels of a pyramid sharing the weights.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn


class IdentityConv3D(nn.Module):
    """One 3x3x3 convolution that starts as the identity, followed by ReLU (MOTS paper, section 6).

    Args:
        channels: C, in and out.
        depthwise_separable: A 3x3x3 filter a channel, then a 1x1x1 convolution over channels, as in the released
            model; False is the paper's dense 3x3x3 kernel.
    """

    def __init__(self, channels: int, depthwise_separable: bool) -> None:
        super().__init__()
        groups = channels if depthwise_separable else 1
        convolutions = [nn.Conv3d(channels, channels, 3, padding=(0, 1, 1), groups=groups, bias=False)]
        if depthwise_separable:
            convolutions.append(nn.Conv3d(channels, channels, 1, bias=False))
        for convolution in convolutions:
            nn.init.dirac_(convolution.weight, groups=convolution.groups)
        self.convolutions = nn.Sequential(*convolutions)

    def forward(self, window: Tensor) -> Tensor:
        """Map (N, C, T + 2, H, W), zero-padded or real neighbours at both ends, to (N, C, T, H, W)."""
        return self.convolutions(window).relu()


@MODELS.register_module()
class TemporalConv3D(BaseModule):
    """Temporal context between backbone (or neck) and region proposals.

    Training sees whole clips, zero padded in time at their ends. At test time :meth:`stream` gives an object that
    takes one frame at a time and answers with a lag of one frame a layer; its outputs equal those of the whole video
    in one clip, without seams.

    Args:
        channels: C of every feature level; one set of weights serves all levels.
        num_layers: Convolutions in a row.
        depthwise_separable: See :class:`IdentityConv3D`.
    """

    def __init__(self, channels: int, num_layers: int = 1, depthwise_separable: bool = False) -> None:
        super().__init__()
        self.layers = nn.ModuleList(IdentityConv3D(channels, depthwise_separable) for _ in range(num_layers))

    def forward(self, features: Sequence[Tensor], clip_length: int) -> tuple[Tensor, ...]:
        """Add temporal context to whole clips.

        Args:
            features: One (B * T, C, H, W) tensor a level, the T frames of a clip in a row.
            clip_length: T.

        Returns:
            One (B * T, C, H, W) tensor a level.
        """
        return tuple(self._clip(level, clip_length) for level in features)

    def _clip(self, level: Tensor, clip_length: int) -> Tensor:
        clips = level.unflatten(0, (-1, clip_length)).transpose(1, 2)
        for layer in self.layers:
            clips = layer(nn.functional.pad(clips, (0, 0, 0, 0, 1, 1)))
        return clips.transpose(1, 2).flatten(0, 1)

    def stream(self) -> TemporalStream:
        """Return a fresh frame-by-frame evaluator for one video."""
        return TemporalStream(self)


class TemporalStream:
    """Frame-by-frame evaluation of :class:`TemporalConv3D` over one video, holding two frames a layer.

    Not a module: its state is no parameter and never reaches a checkpoint.
    """

    def __init__(self, temporal: TemporalConv3D) -> None:
        self._layers = [_LayerStream(layer) for layer in temporal.layers]

    def push(self, features: Sequence[Tensor]) -> list[tuple[Tensor, ...]]:
        """Take the next frame, one (1, C, H, W) tensor a level; return the frames that became ready (0 or 1)."""
        return self._pass_on([tuple(features)], start=0)

    def finish(self) -> list[tuple[Tensor, ...]]:
        """Declare the video ended; return the frames still held back, in order."""
        ready: list[tuple[Tensor, ...]] = []
        for position, layer in enumerate(self._layers):
            ready += self._pass_on(layer.finish(), position + 1)
        return ready

    def _pass_on(self, frames: list[tuple[Tensor, ...]], start: int) -> list[tuple[Tensor, ...]]:
        for layer in self._layers[start:]:
            frames = [out for frame in frames for out in layer.push(frame)]
        return frames


class _LayerStream:
    def __init__(self, layer: nn.Module) -> None:
        self._layer = layer
        self._window: list[tuple[Tensor, ...]] = []

    def push(self, frame: tuple[Tensor, ...]) -> list[tuple[Tensor, ...]]:
        if not self._window:
            self._window = [_zeros_like(frame), frame]
            return []
        out = self._convolve([*self._window, frame])
        self._window = [self._window[1], frame]
        return [out]

    def finish(self) -> list[tuple[Tensor, ...]]:
        if not self._window:
            return []
        window, self._window = self._window, []
        return [self._convolve([*window, _zeros_like(window[1])])]

    def _convolve(self, window: list[tuple[Tensor, ...]]) -> tuple[Tensor, ...]:
        return tuple(self._layer(torch.stack(level, dim=2)).squeeze(2) for level in zip(*window, strict=True))


def _zeros_like(frame: tuple[Tensor, ...]) -> tuple[Tensor, ...]:
    return tuple(torch.zeros_like(level) for level in frame)
