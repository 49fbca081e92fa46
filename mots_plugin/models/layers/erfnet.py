"""The blocks of ERFNet (Romera et al. 2018, "ERFNet: Efficient Residual Factorized ConvNet"), and its decoder.

Shapes: B images, C channels.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from mmdet.registry import MODELS
from mmengine.model import BaseModule
from torch import Tensor, nn

BATCH_NORM_EPS = 1e-3  # of every implementation since the authors' own


class DownsamplerBlock(nn.Module):
    """Halves the resolution: strided convolution beside max pooling, concatenated.

    Args:
        in_channels: C of the input.
        out_channels: C of the output, above that of the input.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.Conv2d(in_channels, out_channels - in_channels, 3, stride=2, padding=1)
        self.pool = nn.MaxPool2d(2, stride=2)
        self.bn = nn.BatchNorm2d(out_channels, eps=BATCH_NORM_EPS)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, C', H / 2, W / 2)."""
        convolved = self.conv(features)
        # Of one precision: under autocast a single float32 part would make the whole network's features so.
        pooled = self.pool(features).to(convolved.dtype)
        return self.bn(torch.cat([convolved, pooled], dim=1)).relu()


class NonBottleneck1d(nn.Module):
    """Residual block of two 3x3 convolutions, each factorised into 3x1 and 1x3; the second one is dilated.

    Args:
        channels: C.
        dropout: Probability of dropping a channel of the residual.
        dilation: Of the second pair, pixels.
    """

    def __init__(self, channels: int, dropout: float, dilation: int) -> None:
        super().__init__()
        self.conv3x1_1 = nn.Conv2d(channels, channels, (3, 1), padding=(1, 0))
        self.conv1x3_1 = nn.Conv2d(channels, channels, (1, 3), padding=(0, 1))
        self.bn1 = nn.BatchNorm2d(channels, eps=BATCH_NORM_EPS)
        self.conv3x1_2 = nn.Conv2d(channels, channels, (3, 1), padding=(dilation, 0), dilation=(dilation, 1))
        self.conv1x3_2 = nn.Conv2d(channels, channels, (1, 3), padding=(0, dilation), dilation=(1, dilation))
        self.bn2 = nn.BatchNorm2d(channels, eps=BATCH_NORM_EPS)
        self.dropout = nn.Dropout2d(dropout)

    def forward(self, features: Tensor) -> Tensor:
        """Keep the shape, (B, C, H, W)."""
        residual = self.bn1(self.conv1x3_1(self.conv3x1_1(features).relu())).relu()
        residual = self.bn2(self.conv1x3_2(self.conv3x1_2(residual).relu()))
        return (self.dropout(residual) + features).relu()


class UpsamplerBlock(nn.Module):
    """Doubles the resolution by a strided transposed convolution.

    Args:
        in_channels: C of the input.
        out_channels: C of the output.
    """

    def __init__(self, in_channels: int, out_channels: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(in_channels, out_channels, 3, stride=2, padding=1, output_padding=1)
        self.bn = nn.BatchNorm2d(out_channels, eps=BATCH_NORM_EPS)

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, C', 2 H, 2 W)."""
        return self.bn(self.conv(features)).relu()


@MODELS.register_module()
class ERFNetDecoder(BaseModule):
    """From features at stride 8 to maps at stride 1, or 2.

    Args:
        out_channels: Number of maps.
        in_channels: C of the features.
        channels: C at stride 4 and at stride 2.
        blocks: Residual blocks at stride 4 and at stride 2.
        half: Stop at stride 2 with a 1x1 convolution, instead of a last transposed one (PointTrack++, where the network
            doubles its input).
        init_cfg: Initialisation config; torch's own by default, as released.
    """

    def __init__(
        self,
        out_channels: int,
        in_channels: int = 128,
        channels: Sequence[int] = (64, 16),
        blocks: Sequence[int] = (2, 2),
        half: bool = False,
        init_cfg: dict | None = None,
    ) -> None:
        super().__init__(init_cfg)
        layers: list[nn.Module] = []
        for width, count in zip(channels, blocks, strict=True):
            layers.append(UpsamplerBlock(in_channels, width))
            layers += [NonBottleneck1d(width, dropout=0, dilation=1) for _ in range(count)]
            in_channels = width
        self.layers = nn.ModuleList(layers)
        self.output_conv = (
            nn.Conv2d(in_channels, out_channels, 1)
            if half
            else nn.ConvTranspose2d(in_channels, out_channels, 2, stride=2)
        )

    def forward(self, features: Tensor) -> Tensor:
        """Map (B, C, H / 8, W / 8) to (B, M, H, W), or to (B, M, H / 2, W / 2) with ``half``; in single precision.

        Offsets are read to a fraction of a pixel, which half of single precision does not hold.
        """
        for layer in self.layers:
            features = layer(features)
        with torch.autocast(features.device.type, enabled=False):
            return self.output_conv(features.float())
