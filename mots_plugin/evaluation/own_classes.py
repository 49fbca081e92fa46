"""Classes that users bring: from the categories of a COCO-video json, or as names with numbers."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from mots_plugin.evaluation.mask_scoring import MaskBenchmark
from mots_plugin.evaluation.track_files import is_annotation_file, read_annotations
from mots_plugin.formats.class_numbers import MOTS_CLASS_IDS, parse_class_number
from mots_plugin.formats.mask_tracks import IGNORE_CLASS


def with_own_classes(benchmark: MaskBenchmark, options: Mapping[str, Any], ground_truth: Path | None) -> dict[str, Any]:
    """Let a benchmark know the classes that a user has.

    A json with other classes than those of MOTS brings all of its own; one without changes nothing.

    Args:
        benchmark: Rules of a data set of masks.
        options: Values by field of the benchmark. Classes are names, or names with numbers: ``cow=3``.
        ground_truth: Where it is.

    Returns:
        The options, with names alone and with the field ``class_ids``.

    Raises:
        FormatError: What should be a number is none that a class may have.
    """
    class_ids = dict(benchmark.class_ids)
    if ground_truth is not None and is_annotation_file(ground_truth):
        annotated = read_annotations(ground_truth).mask_class_ids
        if annotated.keys() - MOTS_CLASS_IDS.keys():
            class_ids = {name: class_id for name, class_id in annotated.items() if class_id != IGNORE_CLASS}
    names = []
    for entry in options.get("classes", ()):
        name = entry
        if "=" in entry:
            name, class_ids[name] = parse_class_number(entry)
        names.append(name)
    return {**options, **({"classes": tuple(names)} if names else {}), "class_ids": class_ids}
