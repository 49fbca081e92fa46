"""Results on disk, scored by one call."""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from mots_plugin.evaluation.benchmarks import choose_benchmark
from mots_plugin.evaluation.file_scoring import score_files
from mots_plugin.formats.seqmap import read_seqmap


def evaluate(
    ground_truth: str | os.PathLike[str],
    predictions: str | os.PathLike[str],
    benchmark: str = "kitti_mots",
    metrics: Sequence[str] = (),
    *,
    seqmap: str | os.PathLike[str] | None = None,
    workers: int = 1,
    **options: Any,
) -> dict[str, Any]:
    """Score tracks on disk, those of any tracker, as ``tools/eval_tracks.py`` does.

    Args:
        ground_truth: Folder or zip file; of masks also a COCO-video json, whose categories are the classes.
        predictions: The same.
        benchmark: Rules: ``kitti_mots``, ``mots_challenge``, ``kitti_box``, ``mot`` or ``step``.
        metrics: Names of metric families, such as ``smotsa``, ``hota`` and ``idf1``; the benchmark's first by default.
        seqmap: File that says which sequences and frames; all of the ground truth by default.
        workers: Processes.
        **options: Of the benchmark, such as ``classes=("car",)``, or ``classes=("cow=3",)`` for one of your own.

    Returns:
        ``{"car": {"sMOTSA": 0.7, …}, …, "all": {…}, "sequences": {name: {…}}}``: fractions, and counts as integers.

    Raises:
        FormatError: Results, options or names that cannot be used; says where and how to mend it.
        OSError: A file cannot be read.
    """
    sequences = None if seqmap is None else read_seqmap(seqmap)
    rules = choose_benchmark(benchmark, options, Path(ground_truth))
    return score_files(Path(ground_truth), Path(predictions), rules, metrics, sequences, workers).summary
