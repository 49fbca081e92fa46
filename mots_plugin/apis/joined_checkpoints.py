"""One checkpoint out of several, whose networks were trained apart."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from mmdet.registry import MODELS
from mmengine.config import Config
from mmengine.registry import init_default_scope

from mots_plugin.apis.checkpoints import read_checkpoint
from mots_plugin.apis.run_errors import named_run_errors
from mots_plugin.formats.atomic import atomic_write
from mots_plugin.formats.errors import FormatError
from mots_plugin.weights import compare_shapes


def join_checkpoints(config_file: str, parts: Sequence[tuple[str, str]], out: Path) -> int:
    """Write the weights of several checkpoints as one, which fits a config's model.

    Args:
        config_file: Config of the whole model.
        parts: Name in the model, and checkpoint whose weights go below it.
        out: The file to write.

    Returns:
        Number of weights written.

    Raises:
        FormatError: A checkpoint cannot be read, two write the same weight, or the model's weights are others.
    """
    weights: dict[str, torch.Tensor] = {}
    for name, file in parts:
        below = {f"{name}.{key}": value for key, value in read_checkpoint(file)["state_dict"].items()}
        if twice := weights.keys() & below.keys():
            raise FormatError(file, f"brings {sorted(twice)[0]} a second time", "give each network one checkpoint")
        weights |= below
    config = Config.fromfile(config_file)
    init_default_scope(config.default_scope)
    with named_run_errors(config_file), torch.device("meta"):
        state = MODELS.build(config.model).state_dict()
    comparison = compare_shapes(
        {name: tuple(value.shape) for name, value in weights.items()},
        {name: tuple(value.shape) for name, value in state.items()},
    )
    if not comparison.fits:
        lines = comparison.lines()
        problem = f"the weights do not fit in {len(lines)} places, such as {lines[0]}"
        raise FormatError(config_file, problem, "give each network of the model its own checkpoint")
    with atomic_write(out, "wb") as stream:
        torch.save({"state_dict": weights, "meta": {}}, stream)
    return len(weights)
