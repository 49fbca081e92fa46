"""RegNetY: sizes as published, the twin of the last stage, squeeze-and-excitation by hand."""

import pytest
import torch
from torch import nn

from mots_plugin.models.backbones import RegNetY
from mots_plugin.models.backbones.regnet_y import SqueezeExcitation

SMALL = {"w0": 16, "wa": 16.0, "wm": 2.0, "group_w": 8, "depth": 7, "bot_mul": 1.0}


@pytest.mark.parametrize(
    ("options", "widths", "weights"),
    [
        ({}, [168, 448, 896, 2016], 37_163_068),  # timm's regnety_080 without its classifier
        ({"keep_width": True}, [224, 448, 896, 2016], 37_364_472),  # torchvision's regnet_y_8gf without its classifier
    ],
)
def test_eight_gigaflops_have_the_published_size(options, widths, weights):
    with torch.device("meta"):
        backbone = RegNetY(**options)
    assert backbone.stage_widths == widths
    assert backbone.stage_blocks == [2, 4, 10, 1]
    assert sum(weight.numel() for weight in backbone.parameters()) == weights


def test_blocks_squeeze_to_a_quarter_of_their_input():
    with torch.device("meta"):
        backbone = RegNetY()
    first, second = backbone.layer2[0], backbone.layer2[1]
    assert first.squeeze_excitation[1].conv.out_channels == 168 // 4
    assert second.squeeze_excitation[1].conv.out_channels == 448 // 4


def test_squeeze_excitation_scales_channels_by_their_averages():
    layer = SqueezeExcitation(2, 1)
    squeeze, excite = layer[1].conv, layer[2].conv
    nn.init.ones_(squeeze.weight)
    nn.init.zeros_(squeeze.bias)
    excite.weight.data = torch.tensor([1.0, -1.0]).view(2, 1, 1, 1)
    nn.init.zeros_(excite.bias)
    features = torch.tensor([[[[0.0, 4.0]], [[1.0, 1.0]]]])  # averages 2 and 1, so 3 is squeezed out

    scaled = layer(features)

    high, low = torch.tensor(3.0).sigmoid(), torch.tensor(-3.0).sigmoid()
    torch.testing.assert_close(scaled, torch.stack([features[:, 0] * high, features[:, 1] * low], dim=1))


def test_the_twin_has_the_weights_of_the_last_stage_at_twice_its_resolution():
    backbone = RegNetY(SMALL, squeeze_ratio=0, dilated_twin=True)
    backbone.init_weights()
    backbone.eval()

    *stages, twin = backbone(torch.rand(1, 3, 64, 64))

    assert twin.shape[2:] == stages[-2].shape[2:] == (2 * stages[-1].shape[2], 2 * stages[-1].shape[3])
    # On a map that is constant, apart from its border, dilation and stride see the same: so do the two.
    flat = torch.ones(1, stages[-2].shape[1], 16, 16)
    last = getattr(backbone, backbone.res_layers[-1])
    torch.testing.assert_close(backbone.dilated_twin(flat)[..., 8, 8], last(flat)[..., 4, 4])
