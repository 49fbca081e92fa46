"""RegNetY (Radosavovic et al. 2020): mmdet's RegNet with squeeze-and-excitation and, for MAPT, a dilated last stage."""

from __future__ import annotations

import copy
from typing import Any

from mmcv.cnn import ConvModule
from mmdet.models.backbones import RegNet
from mmdet.registry import MODELS
from torch import Tensor, nn

REGNET_Y_8_GF = {"w0": 192, "wa": 76.82, "wm": 2.19, "group_w": 56, "depth": 17, "bot_mul": 1.0}
"""RegNetY-8.0GF: widths 168, 448, 896, 2016 and depths 2, 4, 10, 1."""


class SqueezeExcitation(nn.Sequential):
    """Channel weights in (0, 1) from the average of the map (Hu et al. 2018).

    Args:
        channels: Channels in and out.
        squeezed_channels: Channels between the two layers.
    """

    def __init__(self, channels: int, squeezed_channels: int) -> None:
        super().__init__(
            nn.AdaptiveAvgPool2d(1),
            ConvModule(channels, squeezed_channels, 1, act_cfg={"type": "ReLU"}),
            ConvModule(squeezed_channels, channels, 1, act_cfg={"type": "Sigmoid"}),
        )

    def forward(self, features: Tensor) -> Tensor:
        """Scale (B, C, H, W) channel by channel."""
        return features * super().forward(features)


@MODELS.register_module()
class RegNetY(RegNet):
    """RegNet whose blocks weigh their channels after the grouped convolution.

    Outputs the four stages at strides 4, 8, 16 and 32 and, if asked, a fifth map at stride 16: a twin of the last
    stage that dilates where the stage strides, with weights of its own (MAPT, section III-A; APSNet's code). The twin
    starts as a copy of the stage.

    Args:
        arch: Parameters as in mmdet's ``RegNet``; :data:`REGNET_Y_8_GF` by default.
        squeeze_ratio: Squeezed channels as a part of the block's *input* channels, a quarter in the published networks;
            0 for none, as in APSNet's code, although it says RegNetY.
        dilated_twin: Add the fifth map.
        keep_width: Never let rounding to whole groups take more than a tenth of a stage's width, as torchvision does:
            its RegNetY-8.0GF begins with 224 channels where that of the paper, of pycls and of timm has 168.
        **kwargs: Arguments of ``RegNet``.
    """

    def __init__(
        self,
        arch: str | dict[str, float] = REGNET_Y_8_GF,
        squeeze_ratio: float = 0.25,
        dilated_twin: bool = False,
        keep_width: bool = False,
        **kwargs: Any,
    ) -> None:
        self._keep_width = keep_width
        super().__init__(arch, **kwargs)
        if squeeze_ratio:
            self._add_squeeze_excitation(squeeze_ratio)
        self.dilated_twin = _dilated(getattr(self, self.res_layers[-1])) if dilated_twin else None

    def adjust_width_group(
        self, widths: list[int], bottleneck_ratio: list[float], groups: list[int]
    ) -> tuple[list[int], list[int]]:
        """Round the widths of stages to whole groups; arguments and results as in the base class."""
        rounded, groups = super().adjust_width_group(widths, bottleneck_ratio, groups)
        if self._keep_width:
            rounded = [
                new + group if new < 0.9 * width else new
                for width, new, group in zip(widths, rounded, groups, strict=True)
            ]
        return rounded, groups

    def _add_squeeze_excitation(self, ratio: float) -> None:
        inputs = self.stem_channels
        for name, width in zip(self.res_layers, self.stage_widths, strict=True):
            for block in getattr(self, name):
                block.squeeze_excitation = SqueezeExcitation(width, round(inputs * ratio))
                block.with_plugins = True  # mmdet's blocks run what is named here after their second activation
                block.after_conv1_plugin_names = block.after_conv3_plugin_names = []
                block.after_conv2_plugin_names = ["squeeze_excitation"]
                inputs = width

    def init_weights(self) -> None:
        """Initialise, and let the twin start from the weights of its stage."""
        super().init_weights()
        if self.dilated_twin is not None:
            self.dilated_twin.load_state_dict(getattr(self, self.res_layers[-1]).state_dict())

    def forward(self, x: Tensor) -> tuple[Tensor, ...]:
        """Map (B, 3, H, W) images to (B, C, H/4, W/4) … (B, C, H/32, W/32), then (B, C, H/16, W/16) of the twin."""
        x = self.relu(self.norm1(self.conv1(x)))
        stages = []
        for name in self.res_layers:
            before_last, x = x, getattr(self, name)(x)
            stages.append(x)
        return (*stages, self.dilated_twin(before_last)) if self.dilated_twin is not None else tuple(stages)


def _dilated(stage: nn.Module) -> nn.Module:
    """A copy of a stage of bottlenecks that sees as far as the stage does without its stride."""
    twin = copy.deepcopy(stage)
    for layer in twin.modules():
        if isinstance(layer, nn.Conv2d):
            layer.stride = (1, 1)
            if layer.kernel_size == (3, 3):
                layer.dilation = layer.padding = (2, 2)
    return twin
