"""Registers everything in mmdet's registries; configs name this module in ``custom_imports``.

Packages that know torch register by decorators as they are imported. What must stay free of torch is registered here,
through a builder that turns nested ``dict(type=...)`` parts into objects: the constructors take built parts.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mmdet.registry import MODELS, TASK_UTILS
from mmengine.registry import Registry

import mots_plugin.datasets
import mots_plugin.evaluation.metrics
import mots_plugin.models
import mots_plugin.visualization  # noqa: F401
from mots_plugin import flow, tracking
from mots_plugin.apis.checkpoints import allow_runner_checkpoints


def _build_parts(value: Any) -> Any:
    if isinstance(value, dict) and "type" in value:
        registry = MODELS if value["type"] in _TRACKERS else TASK_UTILS
        return registry.build(value)
    if isinstance(value, dict):
        return {name: _build_parts(part) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(_build_parts(part) for part in value)
    return value


def _register(registry: Registry, part: type) -> None:
    def build(**arguments: Any) -> Any:
        return part(**{name: _build_parts(value) for name, value in arguments.items()})

    build.__name__ = part.__name__
    build.__doc__ = part.__doc__
    registry.register_module(name=part.__name__, module=build, force=True)


_TRACKERS: dict[str, Callable[..., Any]] = {
    part.__name__: part for part in (tracking.StagedTracker, tracking.PerClassTracker)
}
for _part in _TRACKERS.values():
    _register(MODELS, _part)
for _name in (*tracking.PARTS, *flow.PROVIDERS):
    _register(TASK_UTILS, _name)

allow_runner_checkpoints()
