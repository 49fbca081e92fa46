"""3D convolution over adjacent frames: whole clips in training, frame by frame at test time.

Shapes: clips of T frames, features of C channels and H x W cells, all levels of a pyramid sharing the weights.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import cast

import torch
from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

from .frame_stream import FrameFeatures, FrameStream


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
        # oneDNN's weight gradient of a bfloat16 Conv3d is NaN on CPUs with AMX (torch 2.13).
        with torch.autocast("cpu", enabled=False):
            return self.convolutions(window.float() if window.is_cpu else window).relu()

    def middle(self, frames: Sequence[Tensor]) -> Tensor:
        """Map three (N, C, H, W) frames to what :meth:`forward` makes of the one in their middle, (N, C, H, W).

        A dense 3D convolution over as many frames as its kernel is deep is a 2D one over their channels, which takes a
        fifth of the time on CPUs where channels are few.
        """
        if len(self.convolutions) > 1:  # depthwise-separable, which gains nothing
            return self(torch.stack(tuple(frames), dim=2)).squeeze(2)
        weight = self.get_parameter("convolutions.0.weight").transpose(1, 2).flatten(1, 2)
        with torch.autocast("cpu", enabled=False):
            window = torch.cat(tuple(frames), dim=1)
            return nn.functional.conv2d(window.float() if window.is_cpu else window, weight, padding=1).relu()


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
        chunk_length: None, or the released model's way to test: videos are cut into chunks of this many frames (5 in
            its instructions), which do not see each other; see :class:`ChunkStream`.
    """

    def __init__(
        self,
        channels: int,
        num_layers: int = 1,
        depthwise_separable: bool = False,
        chunk_length: int | None = None,
    ) -> None:
        super().__init__()
        self.chunk_length = chunk_length
        self.layers = nn.ModuleList(IdentityConv3D(channels, depthwise_separable) for _ in range(num_layers))

    def forward(self, features: Sequence[Tensor], clip_length: int) -> FrameFeatures:
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

    def stream(self) -> FrameStream:
        """Return a fresh frame-by-frame evaluator for one video."""
        return Conv3DStream(self) if self.chunk_length is None else ChunkStream(self, self.chunk_length)


class Conv3DStream:
    """Frame-by-frame evaluation of :class:`TemporalConv3D` over one video, holding two frames a layer.

    Args:
        temporal: The block whose weights are used.
    """

    def __init__(self, temporal: TemporalConv3D) -> None:
        self._layers = [_LayerStream(cast(IdentityConv3D, layer)) for layer in temporal.layers]

    def push(self, features: Sequence[Tensor]) -> list[FrameFeatures]:
        """Take the next frame, one (1, C, H, W) tensor a level; return the frames that became ready (0 or 1)."""
        return self._pass_on([tuple(features)], start=0)

    def finish(self) -> list[FrameFeatures]:
        """Declare the video ended; return the frames still held back, in order."""
        ready: list[FrameFeatures] = []
        for position, layer in enumerate(self._layers):
            ready += self._pass_on(layer.finish(), position + 1)
        return ready

    def _pass_on(self, frames: list[FrameFeatures], start: int) -> list[FrameFeatures]:
        for layer in self._layers[start:]:
            frames = [out for frame in frames for out in layer.push(frame)]
        return frames


class ChunkStream:
    """Evaluation of :class:`TemporalConv3D` in chunks that do not overlap, as the released model forwards videos.

    Frames come out a chunk at a time. Time is zero padded at every seam, so the result differs from that of the whole
    video; the last chunk is filled up with copies of the last frame.

    Args:
        temporal: The block whose weights are used.
        chunk_length: Frames a chunk, all held until it is full.
    """

    def __init__(self, temporal: TemporalConv3D, chunk_length: int) -> None:
        self._temporal = temporal
        self._chunk_length = chunk_length
        self._chunk: list[FrameFeatures] = []

    def push(self, features: Sequence[Tensor]) -> list[FrameFeatures]:
        """Take the next frame; return the whole chunk that it completes, or nothing."""
        self._chunk.append(tuple(features))
        return self._release() if len(self._chunk) == self._chunk_length else []

    def finish(self) -> list[FrameFeatures]:
        """Return the frames of a chunk that the end of the video cut short."""
        return self._release() if self._chunk else []

    def _release(self) -> list[FrameFeatures]:
        chunk, self._chunk = self._chunk, []
        filled = chunk + chunk[-1:] * (self._chunk_length - len(chunk))
        outputs = self._temporal([torch.cat(level) for level in zip(*filled, strict=True)], self._chunk_length)
        return list(zip(*(level.split(1) for level in outputs), strict=True))[: len(chunk)]


class _LayerStream:
    def __init__(self, layer: IdentityConv3D) -> None:
        self._layer = layer
        self._window: list[FrameFeatures] = []

    def push(self, frame: FrameFeatures) -> list[FrameFeatures]:
        if not self._window:
            self._window = [_zeros_like(frame), frame]
            return []
        out = self._convolve([*self._window, frame])
        self._window = [self._window[1], frame]
        return [out]

    def finish(self) -> list[FrameFeatures]:
        if not self._window:
            return []
        window, self._window = self._window, []
        return [self._convolve([*window, _zeros_like(window[1])])]

    def _convolve(self, window: list[FrameFeatures]) -> FrameFeatures:
        return tuple(self._layer.middle(level) for level in zip(*window, strict=True))


def _zeros_like(frame: FrameFeatures) -> FrameFeatures:
    return tuple(torch.zeros_like(level) for level in frame)
