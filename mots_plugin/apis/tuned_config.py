"""The outcome of a search as a config file, and the flow that a search reads again and again."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from mmengine.config import Config

from mots_plugin.apis.detection_tracking import DetectedDataset, build_flow
from mots_plugin.flow.cache import FlowCache
from mots_plugin.formats.atomic import atomic_write


def write_tuned_config(path: Path, base: Path, tracker: Mapping[str, Any], remark: str) -> None:
    """Write a config that is another one but for its tracker; ``tools/test.py`` and its kin take it.

    Args:
        path: The file to write.
        base: Config that it is based on.
        tracker: Config of the tracker.
        remark: Goes to the first lines, as a comment.
    """
    relative = os.path.relpath(base.absolute(), path.parent.absolute())
    changes = Config({"model": {"tracker": {"_delete_": True, **tracker}}})
    with atomic_write(path) as file:
        file.writelines(f"# {line}\n" for line in remark.splitlines())
        file.write(f"_base_ = [{relative!r}]\n\n{changes.pretty_text}")


def with_stored_flow(dataset: DetectedDataset, folder: Path, workers: int) -> DetectedDataset:
    """Compute flow that would otherwise be computed in every trial, once; a run that was interrupted goes on.

    Args:
        dataset: Its flow provider is replaced by one that reads.
        folder: Folder for the flow, in single precision, so that nothing changes.
        workers: Processes.
    """
    if dataset.flow_config is None or dataset.flow_config["type"] in ("PrecomputedFlow", "ZeroFlow"):
        return dataset
    from tqdm import tqdm

    provider = build_flow(dataset.flow_config)
    assert provider is not None
    cache = FlowCache(folder, provider, "flo")
    missing = cache.missing([query for name in dataset.video_names for query in dataset.flow_queries(name)])
    for _ in tqdm(cache.fill(missing, workers), total=len(missing), desc="flow", unit="frame"):
        pass
    return replace(dataset, flow_config={"type": "PrecomputedFlow", "root": str(folder)})
