"""The parts of a config that need no torch: trackers and flow providers, by the names that configs give them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from mots_plugin import flow, tracking

TORCH_FREE_PARTS: tuple[type, ...] = (
    tracking.StagedTracker,
    tracking.PerClassTracker,
    tracking.Stage,
    tracking.Lifecycle,
    tracking.BorderRule,
    tracking.EmbeddingGallery,
    tracking.BoxCentreCue,
    tracking.BoxHullIoUCue,
    tracking.BoxIoUCue,
    tracking.BoxKalmanFilter,
    tracking.CarriedMaskCue,
    tracking.DirectionCue,
    tracking.DuplicateRule,
    tracking.EmbeddingCue,
    tracking.GalleryCue,
    tracking.LastSeenBoxIoUCue,
    tracking.MahalanobisCue,
    tracking.MaskIoUCue,
    tracking.ObservationCentricFilter,
    flow.DISFlow,
    flow.PrecomputedFlow,
    flow.RAFTFlow,
    flow.ZeroFlow,
)
_PARTS = {part.__name__: part for part in TORCH_FREE_PARTS}


def build_parts(value: Any, build: Callable[[dict], Any]) -> Any:
    """Replace every ``dict(type=...)`` in nested dicts, lists and tuples by what it describes.

    Args:
        value: A config, or an argument in one.
        build: Builds one part, nested ones included.
    """
    if isinstance(value, dict):
        return build(value) if "type" in value else {name: build_parts(part, build) for name, part in value.items()}
    if isinstance(value, list | tuple):
        return type(value)(build_parts(part, build) for part in value)
    return value


def build_torch_free(config: dict) -> Any:
    """Build a tracker or a flow provider, with all its parts, without mmdet's registries.

    Raises:
        ValueError: A part has no such name here, or refuses its arguments.
    """
    arguments = {name: build_parts(value, build_torch_free) for name, value in config.items() if name != "type"}
    if config["type"] not in _PARTS:
        raise ValueError(f"{config['type']} is none of the parts that need no network: {', '.join(sorted(_PARTS))}")
    try:
        return _PARTS[config["type"]](**arguments)
    except TypeError as error:
        raise ValueError(f"{config['type']}: {error}") from error
