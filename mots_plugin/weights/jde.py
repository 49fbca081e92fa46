"""The released JDE and darknet's own weights under this package's names.

The official network is a list of numbered layers (cfg/yolov3_*.cfg, 0 to 115); those with weights have the same numbers
here. Layouts are the same on both sides.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mots_plugin.formats.errors import FormatError
from mots_plugin.weights.comparison import Shape

Array = NDArray[np.floating]

BLOCKS = (1, 2, 8, 8, 4)
"""Residual blocks of Darknet-53's five stages."""
HEAD = "detector.bbox_head"
TASKS = ("s_r", "s_c", "s_id")  # box, objectness, identity
YOLO_LAYERS = (85, 100, 115)
HEADER_NUMBERS = 5

NORMALISED = re.compile(r"module_list\.(\d+)\.batch_norm_\1\.(weight|bias|running_mean|running_var)")
CONVOLUTION = re.compile(r"module_list\.(\d+)\.conv_\1\.(weight|bias)")
UNCERTAINTY = re.compile(r"module_list\.(\d+)\.yolo_\1\.(s_c|s_r|s_id)")


def _convolutions() -> Iterator[tuple[int, str]]:
    """Number and name of every convolution, in the official order."""
    yield 0, "detector.backbone.conv1"
    number = 1
    for stage, blocks in enumerate(BLOCKS, start=1):
        name = f"detector.backbone.conv_res_block{stage}"
        yield number, f"{name}.conv"
        number += 1
        for block in range(blocks):
            yield number, f"{name}.res{block}.conv1"
            yield number + 1, f"{name}.res{block}.conv2"
            number += 3  # the shortcut is a layer
    for scale in range(3):
        for position in range(5):
            yield number + position, f"detector.neck.detect{scale + 1}.conv{position + 1}"
        yield number + 5, f"{HEAD}.bridges.{scale}"
        yield number + 6, f"{HEAD}.predictions.{scale}"
        yield number + 8, f"{HEAD}.embeddings.{scale}"
        yield number + 12, f"detector.neck.conv{scale + 1}"
        number += 15  # routes, the yolo layer and the upsampling are layers
    # There is nothing above the last scale.


CONVOLUTIONS = {number: name for number, name in _convolutions() if name != "detector.neck.conv3"}
BACKBONE_LAYERS = sum(name.startswith("detector.backbone.") for name in CONVOLUTIONS.values())


def convert_jde(weights: Mapping[str, Array]) -> tuple[dict[str, Array], list[str]]:
    """Rename the weights of a released checkpoint.

    Args:
        weights: Arrays by official name, ``module_list.0.conv_0.weight`` … ``classifier.bias``. The counters of batch
            normalisation are left out.

    Returns:
        Float32 arrays by their name in ``JDE.state_dict()``, and the official names that have no counterpart.
    """
    converted: dict[str, Array] = {}
    unknown: list[str] = []
    uncertainties = np.zeros((len(YOLO_LAYERS), len(TASKS)), np.float32)
    found_uncertainties = 0
    for name, array in weights.items():
        if name.endswith(".num_batches_tracked"):
            continue
        if (match := NORMALISED.fullmatch(name)) and int(match[1]) in CONVOLUTIONS:
            converted[f"{CONVOLUTIONS[int(match[1])]}.bn.{match[2]}"] = array
        elif (match := CONVOLUTION.fullmatch(name)) and int(match[1]) in CONVOLUTIONS:
            converted[f"{_convolution(CONVOLUTIONS[int(match[1])])}.{match[2]}"] = array
        elif (match := UNCERTAINTY.fullmatch(name)) and int(match[1]) in YOLO_LAYERS:
            uncertainties[YOLO_LAYERS.index(int(match[1])), TASKS.index(match[2])] = array.item()
            found_uncertainties += 1
        elif match := re.fullmatch(r"classifier\.(weight|bias)", name):
            converted[f"{HEAD}.identity_loss.banks.0.{match[1]}"] = array
        else:
            unknown.append(name)
    if found_uncertainties == uncertainties.size:
        converted[f"{HEAD}.weighting.log_variances"] = uncertainties
    return {name: np.ascontiguousarray(array, np.float32) for name, array in converted.items()}, unknown


def read_darknet(path: str | Path) -> Array:
    """Read the numbers of a ``.weights`` or ``.conv.74`` file, without its header of five integers.

    Raises:
        FormatError: The file is missing, or too short or of a length that no such file has.
    """
    try:
        content = Path(path).read_bytes()
    except OSError as error:
        raise FormatError(path, f"cannot be read ({error.strerror or error})", "check the path") from None
    if len(content) <= 4 * HEADER_NUMBERS or len(content) % 4:
        raise FormatError(path, f"has {len(content)} bytes, which no darknet file has", "download it again")
    return np.frombuffer(content, np.float32, offset=4 * HEADER_NUMBERS)


def convert_darknet(
    numbers: Array, shapes: Mapping[str, Shape], path: str | Path, backbone_only: bool = False
) -> dict[str, Array]:
    """Cut darknet's stream of numbers into weights.

    The layers follow each other in the official order, each with the shift, scale, mean and variance of its batch
    normalisation, or else its bias, and then its kernel.

    Args:
        numbers: What :func:`read_darknet` read.
        shapes: Shape of each weight of the model.
        path: The file, for messages.
        backbone_only: Take the backbone of a file that goes on, for example of YOLOv3 for COCO. A file that ends with
            the backbone, as ``darknet53.conv.74``, needs no telling.

    Returns:
        Float32 arrays by their name in the model: all that such a file can hold, or those of the backbone.

    Raises:
        FormatError: The file has not as many numbers as the model, or its backbone, has weights; or the model is not
            made of Darknet-53.
    """
    names = [_weights_of(layer) for layer in CONVOLUTIONS.values()]
    absent = next((name for layer in names for name in layer if name not in shapes), None)
    if absent is not None:
        raise FormatError(
            path, f"is for Darknet-53, and the model has no {absent}", "choose the config of these weights"
        )
    sizes = [sum(int(np.prod(shapes[name])) for name in layer) for layer in names]
    backbone = sum(sizes[:BACKBONE_LAYERS])
    if len(numbers) == backbone or (backbone_only and len(numbers) > backbone):
        names = names[:BACKBONE_LAYERS]
    elif len(numbers) != sum(sizes):
        raise FormatError(
            path,
            f"holds {len(numbers)} numbers, the model has {sum(sizes)}, its backbone {backbone}",
            "choose the config of these weights, or pass --backbone to take what belongs to Darknet-53",
        )
    weights: dict[str, Array] = {}
    start = 0
    for name in (name for layer in names for name in layer):
        size = int(np.prod(shapes[name]))
        weights[name] = numbers[start : start + size].reshape(shapes[name])
        start += size
    return weights


def _convolution(layer: str) -> str:
    """Name of a layer's kernel and bias: those without normalisation are plain convolutions."""
    return layer if _is_plain(layer) else f"{layer}.conv"


def _is_plain(layer: str) -> bool:
    return layer.startswith((f"{HEAD}.predictions", f"{HEAD}.embeddings"))


def _weights_of(layer: str) -> Sequence[str]:
    """Names of a layer's weights in the order of darknet."""
    if _is_plain(layer):
        return [f"{layer}.bias", f"{layer}.weight"]
    return [
        *(f"{layer}.bn.{part}" for part in ("bias", "weight", "running_mean", "running_var")),
        f"{layer}.conv.weight",
    ]
