"""Padding of strided layers: what they look at, on ramps whose values tell rows and columns."""

import pytest
import torch
from torch import nn

from mots_plugin.models.layers.tensorflow_padding import TensorFlowConv2d, pad_as_tensorflow, tensorflow_padding


@pytest.mark.parametrize(("kernel", "padding"), [(7, (2, 3)), (3, (0, 1)), (1, (0, -1))])
def test_more_is_added_below_than_above(kernel, padding):
    assert tensorflow_padding(kernel) == padding


def counting_convolution(kernel):
    """One output channel that adds up what it sees."""
    layer = nn.Conv2d(1, 1, kernel, stride=2, padding=kernel // 2, bias=False)
    nn.init.ones_(layer.weight)
    return layer


@pytest.mark.parametrize(
    ("size", "symmetric", "tensorflow"),
    [
        # rows 1 2 3 4 (5): windows of three around 1, 3, 5 against windows that start at 1 and 3
        (4, [3, 9], [6, 7]),
        (5, [3, 9, 9], [6, 12]),
    ],
)
def test_3x3_windows_start_at_the_first_row(size, symmetric, tensorflow):
    rows = torch.arange(1.0, size + 1)[None, None, :, None].expand(-1, -1, -1, 1)
    layer = nn.Conv2d(1, 1, (3, 1), stride=2, padding=(1, 0), bias=False)
    nn.init.ones_(layer.weight)
    assert layer(rows)[0, 0, :, 0].tolist() == symmetric

    square = counting_convolution(3)
    with torch.no_grad():
        square.weight[..., 1:] = 0  # looks at one column only
    net = nn.Sequential(square)
    pad_as_tensorflow(net)
    assert net(rows.expand(-1, -1, -1, size))[0, 0, :, 0].tolist() == tensorflow


def test_1x1_leaves_the_last_row_out_so_that_both_branches_agree():
    image = torch.arange(25.0).reshape(1, 1, 5, 5)
    net = nn.Sequential(counting_convolution(1))
    assert net(image).tolist() == [[[[0, 2, 4], [10, 12, 14], [20, 22, 24]]]]
    pad_as_tensorflow(net)
    assert net(image).tolist() == [[[[0, 2], [10, 12]]]]


def test_pooling_starts_at_the_first_row():
    image = torch.arange(16.0).reshape(1, 1, 4, 4)
    net = nn.Sequential(nn.MaxPool2d(3, 2, padding=1))
    assert net(image).tolist() == [[[[5, 7], [13, 15]]]]
    pad_as_tensorflow(net)
    assert net(image).tolist() == [[[[10, 11], [14, 15]]]]


def test_only_strided_layers_change_and_parameters_stay():
    net = nn.Sequential(nn.Conv2d(2, 3, 3, padding=1), nn.Sequential(nn.Conv2d(3, 4, 3, stride=2, padding=1)))
    before = dict(net.named_parameters())
    before["1.0.weight"].requires_grad = False
    pad_as_tensorflow(net)
    assert type(net[0]) is nn.Conv2d
    assert type(net[1][0]) is TensorFlowConv2d
    assert dict(net.named_parameters()).keys() == before.keys()
    assert all(parameter is before[name] for name, parameter in net.named_parameters())
