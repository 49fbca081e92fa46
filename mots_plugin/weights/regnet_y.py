"""RegNetY of pycls, torchvision and timm under the names of :class:`mots_plugin.models.backbones.RegNetY`.

All three have the same layers, named apart; blocks count from 1 in pycls and timm, from 0 in torchvision and here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from numpy.typing import NDArray

_BLOCKS = (
    re.compile(r"s(?P<stage>[1-4])\.b(?P<one>\d+)\.(?P<part>.+)"),  # pycls, timm
    re.compile(r"trunk_output\.block[1-4]\.block(?P<stage>[1-4])-(?P<zero>\d+)\.(?P<part>.+)"),  # torchvision
)
_PARTS = {
    # pycls
    **{f"f.{old}": new for old, new in zip("abc", ("conv1", "conv2", "conv3"), strict=True)},
    **{f"f.{old}_bn": new for old, new in zip("abc", ("bn1", "bn2", "bn3"), strict=True)},
    "proj": "downsample.0",
    "bn": "downsample.1",
    "f.se.f_ex.0": "squeeze_excitation.1.conv",
    "f.se.f_ex.2": "squeeze_excitation.2.conv",
    # torchvision
    **{f"f.{old}.0": new for old, new in zip("abc", ("conv1", "conv2", "conv3"), strict=True)},
    **{f"f.{old}.1": new for old, new in zip("abc", ("bn1", "bn2", "bn3"), strict=True)},
    "proj.0": "downsample.0",
    "proj.1": "downsample.1",
    "f.se.fc1": "squeeze_excitation.1.conv",
    "f.se.fc2": "squeeze_excitation.2.conv",
    # timm
    **{f"conv{index}.conv": f"conv{index}" for index in (1, 2, 3)},
    **{f"conv{index}.bn": f"bn{index}" for index in (1, 2, 3)},
    "downsample.conv": "downsample.0",
    "downsample.bn": "downsample.1",
    "se.fc1": "squeeze_excitation.1.conv",
    "se.fc2": "squeeze_excitation.2.conv",
}
_STEMS = {"stem.conv": "conv1", "stem.bn": "bn1", "stem.0": "conv1", "stem.1": "bn1"}
_CLASSIFIERS = ("head.", "fc.")


def convert_regnet_y(
    tensors: Mapping[str, NDArray], prefix: str, dilated_twin: bool
) -> tuple[dict[str, NDArray], list[str]]:
    """Rename the weights of a classifier trained on ImageNet; its last layer is left out.

    Args:
        tensors: Arrays by their name in the release.
        prefix: Put before every name, such as ``detector.backbone.``.
        dilated_twin: Give the twin of the last stage, which no release has, that stage's weights.

    Returns:
        Arrays by their name here, and the names that are not of a RegNetY.
    """
    weights: dict[str, NDArray] = {}
    unknown: list[str] = []
    for name, array in tensors.items():
        if name.endswith("num_batches_tracked") or name.startswith(_CLASSIFIERS):
            continue
        renamed = _rename(name)
        if renamed is None:
            unknown.append(name)
            continue
        weights[prefix + renamed] = array
        if dilated_twin and renamed.startswith("layer4."):
            weights[prefix + renamed.replace("layer4.", "dilated_twin.", 1)] = array
    return weights, unknown


def _rename(name: str) -> str | None:
    layer, _, kind = name.rpartition(".")
    if layer in _STEMS:
        return f"{_STEMS[layer]}.{kind}"
    for pattern in _BLOCKS:
        match = pattern.fullmatch(layer)
        if match is not None and match["part"] in _PARTS:
            found = match.groupdict()
            block = int(found["one"]) - 1 if "one" in found else int(found["zero"])
            return f"layer{match['stage']}.{block}.{_PARTS[match['part']]}.{kind}"
    return None
