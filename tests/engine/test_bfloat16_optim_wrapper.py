"""Training steps in bfloat16."""

import torch
from mmengine.registry import OPTIM_WRAPPERS
from torch import nn

from mots_plugin.engine import BFloat16OptimWrapper


def test_forward_in_bfloat16_weights_and_gradients_in_single_precision():
    layer = nn.Linear(1, 1, bias=False)
    nn.init.constant_(layer.weight, 1 + 2**-10)  # bfloat16 has 8 bits: it rounds to 1
    wrapper = OPTIM_WRAPPERS.build(
        {"type": "BFloat16OptimWrapper", "optimizer": torch.optim.SGD(layer.parameters(), lr=2**-10)}
    )
    assert isinstance(wrapper, BFloat16OptimWrapper)

    with wrapper.optim_context(layer):
        output = layer(torch.ones(1, 1))

    assert (output.dtype, output.item()) == (torch.bfloat16, 1.0)
    wrapper.update_params(output.float().sum())
    assert layer.weight.dtype == torch.float32
    assert layer.weight.item() == 1.0  # the step of 2**-10 is not lost
    assert layer(torch.ones(1, 1)).dtype == torch.float32  # outside, all is as before
