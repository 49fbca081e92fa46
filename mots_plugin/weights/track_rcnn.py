"""The released TrackR-CNN (TensorFlow 1) under this package's names and layouts.

TensorFlow keeps kernels as (height, width, in, out), torch as (out, in, height, width); 3D kernels have time in front
of the height in both. The box head's classes count background first there and last here. The rest is a matter of names.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.floating]

BACKBONE = "detector.backbone"
REGION_HEAD = "detector.roi_head"
HEADS = {
    "frcnn/rpn/conv0": "detector.rpn_head.rpn_conv",
    "frcnn/rpn/class": "detector.rpn_head.rpn_cls",
    "frcnn/rpn/box": "detector.rpn_head.rpn_reg",
    "frcnn/fastrcnn/class": f"{REGION_HEAD}.bbox_head.fc_cls",
    "frcnn/fastrcnn/box": f"{REGION_HEAD}.bbox_head.fc_reg",
    "frcnn/fastrcnn/reid": f"{REGION_HEAD}.association_head.fc",
    "frcnn/maskrcnn/deconv": f"{REGION_HEAD}.mask_head.upsample",
    "frcnn/maskrcnn/conv": f"{REGION_HEAD}.mask_head.conv_logits",
    "conv0": "temporal.to_features",  # behind the LSTM
}
NORMALISATION = {"gamma": "weight", "beta": "bias", "mean_ema": "running_mean", "var_ema": "running_var"}

TRAINING_ONLY = re.compile(r"(/Adam(_1)?|(^|/)beta[12]_power|(^|/)global_step)$")
RESIDUAL_LAYER = re.compile(r"(resnetconv4/group([012])|frcnn/group3)/block(\d+)/conv(\d|shortcut)")
CONV3D = re.compile(r"conv3d(?:_(\d+))?(/channel_(\d+))?/W")
LSTM = re.compile(r"lstm(\d*)/([Wb])_lstm")


def convert_track_rcnn(variables: Mapping[str, Array]) -> tuple[dict[str, Array], list[str]]:
    """Convert the released checkpoint's variables.

    Args:
        variables: Arrays by TensorFlow name, without ``:0``. What only training needs, the moments of Adam and the
            step, is left out.

    Returns:
        Float32 arrays by their name in ``TrackRCNN.state_dict()``, and the variables that have no counterpart.
    """
    weights: dict[str, Array] = {}
    unknown: list[str] = []
    channel_filters: dict[str, dict[int, Array]] = {}
    for variable, array in variables.items():
        if TRAINING_ONLY.search(variable):
            continue
        channel = CONV3D.fullmatch(variable)
        if channel and channel[2]:
            channel_filters.setdefault(_temporal_layer(channel[1]), {})[int(channel[3])] = array
            continue
        name = _name(variable, array)
        if name is None:
            unknown.append(variable)
        else:
            weights[name] = _as_torch_has_it(variable, array)
    for layer, filters in channel_filters.items():
        # (T, H, W, 1, 1) a channel; torch has (C, 1, T, H, W)
        stacked = np.stack([filters[number] for number in sorted(filters)])
        weights[f"{layer}.convolutions.0.weight"] = stacked[:, None, ..., 0, 0]
    return {name: np.ascontiguousarray(array, np.float32) for name, array in weights.items()}, unknown


def _name(variable: str, array: Array) -> str | None:
    """Name of a variable's counterpart, None if it has none."""
    layer, _, part = variable.rpartition("/")
    if layer in HEADS and part in ("W", "b"):
        return f"{HEADS[layer]}.{'weight' if part == 'W' else 'bias'}"
    if variable == "linear_combination/linear_combination_weights":
        return "temporal.combination"
    if match := LSTM.fullmatch(variable):
        return f"temporal.cells.{match[1] or 0}.gates.{'weight' if match[2] == 'W' else 'bias'}"
    if match := CONV3D.fullmatch(variable):
        position = 1 if array.shape[:3] == (1, 1, 1) else 0  # pointwise, behind the channel filters, or dense
        return f"{_temporal_layer(match[1])}.convolutions.{position}.weight"
    return _residual_name(layer, part)


def _temporal_layer(number: str | None) -> str:
    return f"temporal.layers.{int(number or 1) - 1}"


def _residual_name(layer: str, part: str) -> str | None:
    """Name of a part of the residual network: a kernel, or a part of the batch normalisation behind it."""
    normalised = layer.removesuffix("/bn")
    if normalised == "resnetconv4/conv0":
        convolution, normalisation = f"{BACKBONE}.conv1", f"{BACKBONE}.bn1"
    elif match := RESIDUAL_LAYER.fullmatch(normalised):
        stage = f"{BACKBONE}.layer{int(match[2]) + 1}" if match[2] else f"{REGION_HEAD}.shared_head.layer4"
        block = f"{stage}.{match[3]}"
        if match[4] == "shortcut":
            convolution, normalisation = f"{block}.downsample.0", f"{block}.downsample.1"
        else:
            convolution, normalisation = f"{block}.conv{match[4]}", f"{block}.bn{match[4]}"
    else:
        return None
    if layer != normalised:
        return f"{normalisation}.{NORMALISATION[part]}" if part in NORMALISATION else None
    return f"{convolution}.weight" if part == "W" else None


def _as_torch_has_it(variable: str, array: Array) -> Array:
    if variable.startswith("frcnn/fastrcnn/class/"):
        array = np.roll(array, -1, axis=-1)  # background last
    # (..., in, out) to (out, in, ...). A transposed convolution has (..., out, in), which becomes (in, out, ...).
    return np.moveaxis(array, (-1, -2), (0, 1)) if array.ndim > 1 else array
