"""Trained trackers to ONNX files."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mots_plugin import __version__
from mots_plugin.apis.runs import check_writable
from mots_plugin.apis.video_tracking import class_names, init_model
from mots_plugin.export.networks import networks_of
from mots_plugin.export.onnx_file import write_onnx
from mots_plugin.formats.errors import FormatError


@dataclass(frozen=True)
class OnnxFile:
    """A file that was written.

    Attributes:
        path: Where it lies.
        weights: Number of the network's weights.
        differences: Greatest absolute difference of each output from torch's.
    """

    path: Path
    weights: int
    differences: dict[str, float]


def export_onnx(
    config: str | Config, checkpoint: str, folder: str | Path, overrides: Mapping[str, Any] | None = None
) -> list[OnnxFile]:
    """Write the networks of a tracker as ONNX files.

    Args:
        config: A config file, or a config, of a JDE or PointTrack tracker.
        checkpoint: Its weights; nothing in it is executed.
        folder: Where the files go: ``detector.onnx``, or ``segmenter.onnx`` and ``embedding.onnx``, numbered from 0
            where there are several pairs.
        overrides: Values of the config by dotted key.

    Raises:
        FormatError: Config, checkpoint or folder cannot be used, or this tracker cannot be exported.
    """
    model = init_model(config, checkpoint, "cpu", overrides)
    name = model.cfg.filename or "config"
    try:
        networks = networks_of(model)
    except ValueError as error:
        raise FormatError(name, f"its model {error}", "pass the config of another tracker") from None
    prepared = model.cfg.model.data_preprocessor
    metadata = {
        "mots_plugin": __version__,
        "config": Path(name).name,
        "classes": ", ".join(class_names(model.cfg)),
        "channels": "RGB" if prepared.get("bgr_to_rgb") else "BGR",
        "mean": ", ".join(map(str, prepared.mean)),
        "std": ", ".join(map(str, prepared.std)),
    }
    folder = check_writable(folder)
    written = []
    for part, network in networks.items():
        path = folder / f"{part}.onnx"
        differences = write_onnx(network.eval(), path, metadata)
        written.append(OnnxFile(path, sum(weight.numel() for weight in network.parameters()), differences))
    return written
