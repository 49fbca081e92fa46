"""Padding of strided layers as TensorFlow models have it: more at the bottom and right than at the top and left.

Symmetric padding samples a network trained with it half a stride off, so converted weights need the original's.
"""

from __future__ import annotations

from torch import Tensor, nn


def tensorflow_padding(kernel_size: int) -> tuple[int, int]:
    """Rows (or columns) to add before and after, for a square kernel at stride 2.

    These are the numbers that TensorFlow's "SAME" gives for even sizes, which tensorpack's ResNet pads by hand for all
    sizes: (2, 3) for 7, (0, 1) for 3. A 1x1 kernel drops the last row instead, (0, -1), so that it gives as many as
    the 3x3 kernel beside it.
    """
    before = max((kernel_size - 2) // 2, 0)
    return before, kernel_size - 2 - before


class TensorFlowConv2d(nn.Conv2d):
    """Convolution at stride 2 that pads as :func:`tensorflow_padding` says, with zeros."""

    def forward(self, image: Tensor) -> Tensor:
        """Map (B, C, H, W) to (B, D, floor(H / 2), floor(W / 2))."""
        padding = tensorflow_padding(self.kernel_size[0])
        return super().forward(nn.functional.pad(image, padding * 2))


def pad_as_tensorflow(module: nn.Module) -> None:
    """Change padding within a network, in place: every convolution at stride 2, and every 3x3 max-pooling at stride 2.

    Parameters stay the same objects, and their names stay, too. The pooling pads zeros, which is exact behind a ReLU.
    """
    for parent in list(module.modules()):
        for name, layer in list(parent.named_children()):
            if type(layer) is nn.Conv2d and layer.stride == (2, 2):
                setattr(parent, name, _with_tensorflow_padding(layer))
            elif isinstance(layer, nn.MaxPool2d) and (layer.kernel_size, layer.stride) == (3, 2):
                pad = nn.ZeroPad2d(tensorflow_padding(3) * 2)
                setattr(parent, name, nn.Sequential(pad, nn.MaxPool2d(3, stride=2)))


def _with_tensorflow_padding(layer: nn.Conv2d) -> TensorFlowConv2d:
    padded = TensorFlowConv2d(
        layer.in_channels, layer.out_channels, layer.kernel_size[0], stride=2, bias=layer.bias is not None
    )
    padded.weight, padded.bias = layer.weight, layer.bias
    return padded
