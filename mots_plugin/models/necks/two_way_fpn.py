"""The two-way feature pyramid of EfficientPS (Mohan and Valada 2021, section 3.2), which MAPT builds on."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from mmcv.cnn import ConvModule, DepthwiseSeparableConvModule
from mmdet.registry import MODELS
from mmdet.utils import OptConfigType
from mmengine.model import BaseModule
from torch import Tensor, nn
from torch.nn import functional


@MODELS.register_module()
class TwoWayFPN(BaseModule):
    """Two pyramids over the same maps, one summed from coarse to fine and one from fine to coarse, added up.

    Args:
        in_channels: Channels of the maps, from fine to coarse, each half the size of the one before.
        out_channels: Channels of every output.
        separable: Make the last 3x3 convolutions depthwise separable, as EfficientPS writes; its code has plain ones.
        norm_cfg: Normalisation after every convolution.
        act_cfg: Activation after it.
        init_cfg: Initialisation config.
    """

    def __init__(
        self,
        in_channels: Sequence[int],
        out_channels: int = 256,
        separable: bool = False,
        norm_cfg: OptConfigType = None,
        act_cfg: OptConfigType = None,
        init_cfg: OptConfigType = {"type": "Xavier", "layer": "Conv2d", "distribution": "uniform"},  # noqa: B006
    ) -> None:
        super().__init__(init_cfg)
        self.num_inputs = len(in_channels)
        layers: dict[str, Any] = {"norm_cfg": norm_cfg, "act_cfg": act_cfg}

        def laterals() -> nn.ModuleList:
            return nn.ModuleList(ConvModule(channels, out_channels, 1, **layers) for channels in in_channels)

        self.top_down_laterals = laterals()
        self.bottom_up_laterals = laterals()
        last = DepthwiseSeparableConvModule if separable else ConvModule
        self.outputs = nn.ModuleList(last(out_channels, out_channels, 3, padding=1, **layers) for _ in in_channels)

    def forward(self, features: Sequence[Tensor]) -> tuple[Tensor, ...]:
        """Map (B, C_i, H/s_i, W/s_i) maps, fine to coarse, to as many (B, out_channels, H/s_i, W/s_i)."""
        down = [lateral(feature) for lateral, feature in zip(self.top_down_laterals, features, strict=True)]
        up = [lateral(feature) for lateral, feature in zip(self.bottom_up_laterals, features, strict=True)]
        for level in range(len(features) - 1, 0, -1):
            down[level - 1] = down[level - 1] + _resized(down[level], down[level - 1])
        for level in range(len(features) - 1):
            up[level + 1] = up[level + 1] + _resized(up[level], up[level + 1])
        return tuple(output(a + b) for output, a, b in zip(self.outputs, down, up, strict=True))


def _resized(source: Tensor, like: Tensor) -> Tensor:
    return functional.interpolate(source, size=like.shape[2:], mode="nearest")
