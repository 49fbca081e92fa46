"""The benchmarks by the names that users give them: the one place where a new one is named."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

from mots_plugin.evaluation.box_formats import KITTI_BOX, MOT
from mots_plugin.evaluation.box_scoring import BoxBenchmark
from mots_plugin.evaluation.file_scoring import Benchmark
from mots_plugin.evaluation.mask_scoring import MaskBenchmark
from mots_plugin.evaluation.own_classes import with_own_classes
from mots_plugin.evaluation.step_scoring import StepBenchmark
from mots_plugin.formats.errors import FormatError

BENCHMARKS: Mapping[str, Benchmark] = {
    "kitti_mots": MaskBenchmark({"car": 1, "pedestrian": 2}, first_frame=0),
    "mots_challenge": MaskBenchmark({"pedestrian": 2}, first_frame=1),
    "kitti_box": BoxBenchmark(KITTI_BOX),
    "mot": BoxBenchmark(MOT),
    "step": StepBenchmark(),
}
"""All of them."""


def known_metrics() -> list[str]:
    """Return the names of the metric families of all benchmarks."""
    return list(dict.fromkeys(name for benchmark in BENCHMARKS.values() for name in benchmark.metrics))


def choose_benchmark(name: str, options: Mapping[str, Any], ground_truth: Path | None = None) -> Benchmark:
    """Return a benchmark with the options that a user has set.

    Args:
        name: One of :data:`BENCHMARKS`.
        options: Values by field of the benchmark, only those set.
        ground_truth: Where it is; a COCO-video json of masks may have classes of its own.

    Raises:
        FormatError: An option that means nothing there, or a value that makes no sense.
    """
    benchmark = BENCHMARKS[name]
    assert is_dataclass(benchmark)
    unknown = sorted(options.keys() - {field.name for field in fields(benchmark) if field.name != "class_ids"})
    if unknown:
        raise FormatError(f"--{unknown[0].replace('_', '-')}", f"means nothing for format {name}", "leave it out")
    values = {key: tuple(value) if isinstance(value, list) else value for key, value in options.items()}
    if isinstance(benchmark, MaskBenchmark):
        values = with_own_classes(benchmark, values, ground_truth)
    return replace(benchmark, **values)
