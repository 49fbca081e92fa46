"""ImageNet's RegNetY under this package's names: every name of each release, with random weights."""

import re

import numpy as np
import pytest

from mots_plugin.models.backbones import RegNetY
from mots_plugin.weights.regnet_y import convert_regnet_y

SMALL = {"w0": 16, "wa": 16.0, "wm": 2.0, "group_w": 8, "depth": 7, "bot_mul": 1.0}
OF_RELEASE = {
    "pycls": {
        "stem": ("stem.conv", "stem.bn"), "block": "s{stage}.b{one}.{part}", "fc": "head.fc.weight",
        "conv1": "f.a", "bn1": "f.a_bn", "conv2": "f.b", "bn2": "f.b_bn", "conv3": "f.c", "bn3": "f.c_bn",
        "downsample.0": "proj", "downsample.1": "bn",
        "squeeze_excitation.1.conv": "f.se.f_ex.0", "squeeze_excitation.2.conv": "f.se.f_ex.2",
    },
    "torchvision": {
        "stem": ("stem.0", "stem.1"), "block": "trunk_output.block{stage}.block{stage}-{zero}.{part}",
        "fc": "fc.weight",
        "conv1": "f.a.0", "bn1": "f.a.1", "conv2": "f.b.0", "bn2": "f.b.1", "conv3": "f.c.0", "bn3": "f.c.1",
        "downsample.0": "proj.0", "downsample.1": "proj.1",
        "squeeze_excitation.1.conv": "f.se.fc1", "squeeze_excitation.2.conv": "f.se.fc2",
    },
    "timm": {
        "stem": ("stem.conv", "stem.bn"), "block": "s{stage}.b{one}.{part}", "fc": "head.fc.weight",
        "conv1": "conv1.conv", "bn1": "conv1.bn", "conv2": "conv2.conv", "bn2": "conv2.bn",
        "conv3": "conv3.conv", "bn3": "conv3.bn", "downsample.0": "downsample.conv", "downsample.1": "downsample.bn",
        "squeeze_excitation.1.conv": "se.fc1", "squeeze_excitation.2.conv": "se.fc2",
    },
}  # fmt: skip


def released_name(name: str, release: dict) -> str:
    """The name that a release gives to a weight of this package's backbone."""
    layer, kind = name.rsplit(".", 1)
    if layer in ("conv1", "bn1"):
        return f"{release['stem'][layer == 'bn1']}.{kind}"
    stage, block, part = re.fullmatch(r"layer(\d)\.(\d+)\.(.+)", layer).groups()
    place = release["block"].format(stage=stage, zero=block, one=int(block) + 1, part=release[part])
    return f"{place}.{kind}"


@pytest.mark.parametrize("name", OF_RELEASE)
def test_every_weight_of_a_release_finds_its_place(name):
    release = OF_RELEASE[name]
    backbone = RegNetY(SMALL, dilated_twin=True)
    ours = {
        key: value.numpy()
        for key, value in backbone.state_dict().items()
        if not key.startswith("dilated_twin.") and not key.endswith("num_batches_tracked")
    }
    theirs = {released_name(key, release): value for key, value in ours.items()}
    theirs[release["fc"]] = theirs[f"{release['stem'][1]}.num_batches_tracked"] = np.zeros(1)

    weights, unknown = convert_regnet_y(theirs, "detector.backbone.", dilated_twin=True)

    assert unknown == []
    assert {f"detector.backbone.{key}" for key in ours} <= set(weights)
    for key, value in ours.items():
        assert weights[f"detector.backbone.{key}"] is value
    twins = [key for key in weights if ".dilated_twin." in key]
    assert len(twins) == sum(key.startswith("layer4.") for key in ours)
    assert all(weights[key] is weights[key.replace("dilated_twin", "layer4")] for key in twins)


def test_other_names_are_reported():
    weights, unknown = convert_regnet_y({"layer1.0.conv1.weight": np.zeros(1)}, "", dilated_twin=False)
    assert weights == {}
    assert unknown == ["layer1.0.conv1.weight"]
