"""From renamed weights of another implementation to a checkpoint of a config's model, checked name by name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np
import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope
from numpy.typing import NDArray
from torch import Tensor

from mots_plugin.apis.run_errors import named_run_errors
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.weights import compare_shapes

_COUNTER = "num_batches_tracked"


def model_state(config_file: str) -> dict[str, Tensor]:
    """Build a config's model without memory for its weights, nothing downloaded, and return its state."""
    config = Config.fromfile(config_file)
    if "detector" in config.model:
        config.model.detector.backbone.init_cfg = None
    init_default_scope(config.default_scope)
    with named_run_errors(config_file), torch.device("meta"):
        return MODELS.build(config.model).state_dict()


def shapes_of(state: Mapping[str, Tensor]) -> dict[str, tuple[int, ...]]:
    """Shape of each weight of a model's state; the counters of batch normalisation are none."""
    return {name: tuple(value.shape) for name, value in state.items() if not name.endswith(_COUNTER)}


def write_converted(
    converted: Mapping[str, NDArray[np.floating]],
    unknown: Sequence[str],
    state: Mapping[str, Tensor],
    *,
    config_file: str,
    source: Path,
    out: Path,
    partial: bool,
) -> None:
    """Check converted weights against a model, list what does not match, and write the others.

    Args:
        converted: Arrays by their name in the model.
        unknown: Names of the source that have no counterpart.
        state: What :func:`model_state` returned.
        config_file: The model's config, for messages.
        source: The file that the weights come from, for messages.
        out: Checkpoint to write: weights only.
        partial: Write what matches, also if not everything does.

    Raises:
        FormatError: Not everything matches, without ``partial``; or nothing does.
    """
    shapes = shapes_of(state)
    comparison = compare_shapes({name: array.shape for name, array in converted.items()}, shapes)
    mismatches = [f"unknown variable: {name}" for name in unknown] + comparison.lines()
    print("\n".join(mismatches), end="\n" if mismatches else "")
    if mismatches and not partial:
        raise FormatError(
            source,
            f"does not match {config_file} in {len(mismatches)} places, listed above",
            "choose the config of these weights, or pass --partial",
        )
    wrong = {name for name, _, _ in comparison.wrong_shape}
    weights = {name: torch.tensor(array) for name, array in converted.items() if name in shapes and name not in wrong}
    if not weights:
        raise FormatError(source, "holds no weight of the model", "choose the config of these weights")
    counters = {name: torch.zeros((), dtype=torch.long) for name in state if name.endswith(_COUNTER)}
    with atomic_write(out, "wb") as file:
        torch.save({"state_dict": weights | counters, "meta": {"converted_from": source.name}}, file)
    print(f"{len(weights)} weights lie in {out}")
