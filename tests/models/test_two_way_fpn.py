"""The two-way pyramid on three maps of one channel, with weights of one."""

import torch
from torch import nn

from mots_plugin.models.necks import TwoWayFPN


def test_each_output_sums_what_comes_from_above_and_from_below():
    neck = TwoWayFPN([1, 1, 1], 1)
    for lateral in [*neck.top_down_laterals, *neck.bottom_up_laterals]:
        nn.init.ones_(lateral.conv.weight)
        nn.init.zeros_(lateral.conv.bias)
    for output in neck.outputs:  # passes its input through
        nn.init.zeros_(output.conv.weight)
        nn.init.zeros_(output.conv.bias)
        output.conv.weight.data[0, 0, 1, 1] = 1
    fine, middle, coarse = (torch.full((1, 1, size, size), value) for size, value in ((4, 1.0), (2, 10.0), (1, 100.0)))

    outputs = neck([fine, middle, coarse])

    assert [output.shape[2:] for output in outputs] == [(4, 4), (2, 2), (1, 1)]
    assert [output.unique().tolist() for output in outputs] == [
        [111 + 1],  # from above 1 + 10 + 100, from below its own 1
        [110 + 11],
        [100 + 111],
    ]
