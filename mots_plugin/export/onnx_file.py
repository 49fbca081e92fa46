"""ONNX files: made of a network, compared with it, written."""

from __future__ import annotations

import logging
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from mots_plugin.export.networks import ExportedNetwork
from mots_plugin.export.session import OnnxSession
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError

OPSET = 18


def write_onnx(network: ExportedNetwork, path: Path, metadata: Mapping[str, str]) -> dict[str, float]:
    """Export a network to one file, weights within, which appears only when it is whole and computes the same.

    Args:
        network: In eval mode, on the CPU, in single precision.
        path: The file.
        metadata: What else the file says of itself.

    Returns:
        Greatest absolute difference of each output from torch's, over inputs of several sizes.

    Raises:
        FormatError: A package that exporting needs is not installed, or a difference is above what single precision
            explains.
    """
    for package in ("onnx", "onnxscript", "onnxruntime"):
        if find_spec(package) is None:
            raise FormatError(path, f"cannot be written: {package} is not installed", "pip install 'mots_plugin[onnx]'")
    content = _export(network, metadata)
    found = _differences(network, OnnxSession(path, content, network.outputs))
    for name, difference in found.items():
        if not difference <= network.tolerance[name]:
            problem = (
                f"not written: its {name} differ by {difference:.2g} from torch's, above {network.tolerance[name]:g}"
            )
            raise FormatError(path, problem, "check the weights: they may overflow single precision")
    with atomic_write(path, "wb") as file:
        file.write(content)
    return found


def _export(network: ExportedNetwork, metadata: Mapping[str, str]) -> bytes:
    import onnx

    example = network.examples(torch.Generator().manual_seed(0))[0]
    with _quiet_exporter(), torch.no_grad():
        program = torch.onnx.export(
            network,
            kwargs=example,
            input_names=list(network.inputs),
            output_names=list(network.outputs),
            dynamic_shapes=network.dynamic_shapes(),
            opset_version=OPSET,
            dynamo=True,
            verbose=False,
        )
    assert program is not None
    model = program.model_proto
    for values, meanings in ((model.graph.input, network.inputs), (model.graph.output, network.outputs)):
        for value in values:
            value.doc_string = meanings[value.name]
    del model.metadata_props[:]
    for key, text in metadata.items():
        model.metadata_props.add(key=key, value=text)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def _differences(network: ExportedNetwork, session: OnnxSession) -> dict[str, float]:
    greatest = dict.fromkeys(network.outputs, 0.0)
    for example in network.examples(torch.Generator().manual_seed(1)):
        with torch.no_grad():
            expected: tuple[Tensor, ...] = network(**example)
        for name, theirs, ours in zip(network.outputs, expected, session(**example), strict=True):
            greatest[name] = max(greatest[name], float(np.abs(theirs.numpy() - ours.numpy()).max()))
    return greatest


@contextmanager
def _quiet_exporter() -> Iterator[None]:
    """Keep to what a user can act on: the exporter warns of its own workings."""
    loggers = [logging.getLogger(name) for name in ("torch.onnx", "torch.export", "onnxscript", "onnx_ir")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.ERROR)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)
