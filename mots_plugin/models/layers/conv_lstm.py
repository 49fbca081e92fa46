"""Convolutional LSTM over adjacent frames (Shi et al., NIPS 2015), as TrackR-CNN has it.

Shapes: clips of T frames, features of C channels and H x W cells, D channels of recurrent state; all levels of a
pyramid share the weights, each has its own state.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import torch
from mmdet.registry import MODELS
from mmengine.model import BaseModule, kaiming_init
from torch import Tensor, nn

from .frame_stream import FrameFeatures


class LSTMState(NamedTuple):
    """What a cell remembers: (B, D, H, W) cell and hidden state, at least in single precision."""

    cell: Tensor
    hidden: Tensor

    @classmethod
    def before(cls, features: Tensor, channels: int) -> LSTMState:
        """Return the state before the first frame: zeros of D ``channels``, as large as (B, C, H, W) features."""
        batch, _, height, width = features.shape
        # Half precision would forget: each frame adds its rounding to the memory of all before.
        dtype = torch.promote_types(features.dtype, torch.float32)
        zeros = features.new_zeros(batch, channels, height, width, dtype=dtype)
        return cls(zeros, zeros)

    def detach(self) -> LSTMState:
        """Return the same values without the graph that made them."""
        return LSTMState(self.cell.detach(), self.hidden.detach())


class ConvLSTMCell(nn.Module):
    """LSTM whose gates are one convolution over input and hidden state, without peephole connections.

    Args:
        in_channels: C of the input.
        hidden_channels: D.
        kernel_size: Of the gates' convolution; 5 in the released model, the paper does not say.
        forget_bias: Added to the forget gate before its sigmoid, beside the learnt bias, which starts at zero.
    """

    def __init__(self, in_channels: int, hidden_channels: int, kernel_size: int = 5, forget_bias: float = 1.0) -> None:
        super().__init__()
        self.forget_bias = forget_bias
        self.gates = nn.Conv2d(
            in_channels + hidden_channels, 4 * hidden_channels, kernel_size, padding=kernel_size // 2
        )
        kaiming_init(self.gates, mode="fan_in")

    def forward(self, features: Tensor, state: LSTMState) -> LSTMState:
        """Take in one frame, (B, C, H, W); return the state after it."""
        gates = self.gates(torch.cat([features, state.hidden], dim=1)).to(state.cell.dtype)
        write, candidate, keep, read = gates.chunk(4, dim=1)
        cell = state.cell * (keep + self.forget_bias).sigmoid() + write.sigmoid() * candidate.tanh()
        return LSTMState(cell, cell.tanh() * read.sigmoid())


@MODELS.register_module()
class TemporalConvLSTM(BaseModule):
    """Temporal context from all earlier frames, beside a skip connection that keeps the features as they were.

    The last cell's hidden state passes a 3x3 convolution with ReLU back to C channels; the output is a learnt
    combination of that and the input, which starts at ``input + 0.05 * context`` (MOTS paper, section 6: "a skip
    connection is added to preserve activations"; the numbers are those of the released model).

    Training unrolls whole clips from a zero state. At test time :meth:`stream` carries the state over the video.

    Args:
        channels: C of every feature level; one set of weights serves all levels.
        hidden_channels: D; 128 in the paper.
        num_layers: Cells in a row.
        kernel_size: See :class:`ConvLSTMCell`.
    """

    def __init__(self, channels: int, hidden_channels: int = 128, num_layers: int = 1, kernel_size: int = 5) -> None:
        super().__init__()
        self.hidden_channels = hidden_channels
        self.cells = nn.ModuleList(
            ConvLSTMCell(channels if layer == 0 else hidden_channels, hidden_channels, kernel_size)
            for layer in range(num_layers)
        )
        self.to_features = nn.Conv2d(hidden_channels, channels, 3, padding=1, bias=False)
        kaiming_init(self.to_features, mode="fan_in")
        self.combination = nn.Parameter(torch.tensor([1.0, 0.05]))

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
        frames = level.unflatten(0, (-1, clip_length)).unbind(1)
        states = self.start(frames[0])
        outputs = []
        for frame in frames:
            output, states = self.step(frame, states)
            outputs.append(output)
        return torch.stack(outputs, dim=1).flatten(0, 1)

    def start(self, frame: Tensor) -> list[LSTMState]:
        """Return every cell's state before the first frame, for (B, C, H, W) features."""
        return [LSTMState.before(frame, self.hidden_channels) for _ in self.cells]

    def step(self, frame: Tensor, states: list[LSTMState]) -> tuple[Tensor, list[LSTMState]]:
        """Take in one frame of one level.

        Args:
            frame: (B, C, H, W) features.
            states: One a cell.

        Returns:
            (B, C, H, W) features with context, and the states after the frame.
        """
        context, after = frame, []
        for cell, state in zip(self.cells, states, strict=True):
            after.append(cell(context, state))
            context = after[-1].hidden
        keep, add = self.combination
        return keep * frame + add * self.to_features(context).relu(), after

    def stream(self) -> ConvLSTMStream:
        """Return a fresh frame-by-frame evaluator for one video."""
        return ConvLSTMStream(self)


class ConvLSTMStream:
    """Online evaluation of :class:`TemporalConvLSTM` over one video: every frame is answered at once.

    Args:
        temporal: The block whose weights are used.
    """

    def __init__(self, temporal: TemporalConvLSTM) -> None:
        self._temporal = temporal
        self._states: list[list[LSTMState]] = []  # one list a level

    def push(self, features: Sequence[Tensor]) -> list[FrameFeatures]:
        """Take the next frame, one (1, C, H, W) tensor a level; return it with context."""
        states = self._states or [self._temporal.start(level) for level in features]
        steps = [self._temporal.step(*level) for level in zip(features, states, strict=True)]
        # Detached: a video has no end that gradients could start from, and their graph would grow with it.
        self._states = [[state.detach() for state in after] for _, after in steps]
        return [tuple(output for output, _ in steps)]

    def finish(self) -> list[FrameFeatures]:
        """Return nothing: no frame is held back."""
        return []
