"""Registers everything in mmdet's registries; configs name this module in ``custom_imports``.

Packages that know torch register by decorators as they are imported. What must stay free of torch, trackers and flow
providers, is registered here in ``TASK_UTILS``, through a builder that turns nested ``dict(type=...)`` parts into
objects: their constructors take built parts.
"""

from __future__ import annotations

import warnings
from typing import Any

from mmdet.registry import TASK_UTILS

import mots_plugin.datasets
import mots_plugin.engine
import mots_plugin.evaluation.metrics
import mots_plugin.models
import mots_plugin.visualization.mots_visualization_hook  # noqa: F401
from mots_plugin.apis.checkpoints import allow_runner_checkpoints
from mots_plugin.apis.torch_free_parts import TORCH_FREE_PARTS, build_parts


def _register(part: type) -> None:
    def build(**arguments: Any) -> Any:
        return part(**{name: build_parts(value, TASK_UTILS.build) for name, value in arguments.items()})

    build.__name__, build.__doc__ = part.__name__, part.__doc__
    TASK_UTILS.register_module(name=part.__name__, module=build)


for _part in TORCH_FREE_PARTS:
    _register(_part)
# mmdet's CSPDarknet switches autocast off by a name that torch has since renamed, once a forward pass.
warnings.filterwarnings("ignore", message=r"`torch\.cuda\.amp\.autocast", category=FutureWarning)
allow_runner_checkpoints()
