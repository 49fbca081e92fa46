"""trackeval, run on files, as the oracle of the tests."""

from __future__ import annotations

import contextlib
import io
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import write_mots_txt

Scores = dict[str, dict[str, dict[str, float]]]
QUIET = {"PRINT_CONFIG": False}
TRACKEVAL_NAMES = {
    "sMOTSA": "sMOTA",
    "MOTSA": "MOTA",
    "MOTSP": "MOTP",
    "MODSA": "MODA",
    "MOTSAL": "MOTAL",
    "recall": "CLR_Re",
    "precision": "CLR_Pr",
    "F1": "CLR_F1",
    "TP": "CLR_TP",
    "FP": "CLR_FP",
    "FN": "CLR_FN",
}
"""What trackeval calls a metric, where it has another name."""
NOT_IN_TRACKEVAL = {"FAR"}  # trackeval's FP_per_frame leaves out the frames of sequences without truths or predictions
COUNTS = {"TP", "FP", "FN", "IDSW", "Frag", "MT", "PT", "ML", "IDTP", "IDFN", "IDFP"}


def run_trackeval(
    folder: Path, sequences: dict[str, tuple[MaskTracks, MaskTracks, int]], benchmark: str
) -> dict[str, dict[str, dict[str, float]]]:
    """Scores of trackeval 1.3.0 by sequence (and ``COMBINED_SEQ``) and class, on masks.

    Args:
        folder: Where to put files.
        sequences: Ground truth, predictions and number of frames by sequence name (digits only for KITTI MOTS).
        benchmark: ``kitti_mots`` or ``mots_challenge``.
    """
    for name, (truth, predictions, _) in sequences.items():
        write_mots_txt(folder / "gt" / f"{name}.txt", truth)
        write_mots_txt(folder / "trackers" / "mine" / "data" / f"{name}.txt", predictions)
    config = {"SEQ_INFO": {name: count for name, (_, _, count) in sequences.items()}, "SKIP_SPLIT_FOL": True}
    return score_folder(folder, "KittiMOTS" if benchmark == "kitti_mots" else "MOTSChallenge", config)


def run_trackeval_on_boxes(folder: Path, lengths: dict[str, int], benchmark: str) -> Scores:
    """Scores of trackeval 1.3.0 by sequence (and ``COMBINED_SEQ``) and class, on boxes.

    Args:
        folder: Holds ``gt/label_02`` (KITTI) or ``gt``, and ``trackers/mine/data``.
        lengths: Number of frames by sequence name.
        benchmark: ``kitti_box``, ``MOT15``, ``MOT16``, ``MOT17`` or ``MOT20``.
    """
    if benchmark != "kitti_box":
        return score_folder(
            folder, "MotChallenge2DBox", {"SEQ_INFO": lengths, "BENCHMARK": benchmark, "SKIP_SPLIT_FOL": True}
        )
    lines = [f"{name} empty 000000 {length:06d}\n" for name, length in lengths.items()]
    (folder / "gt" / "evaluate_tracking.seqmap.training").write_text("".join(lines))
    return score_folder(folder, "Kitti2DBox", {})


def score_folder(folder: Path, dataset_name: str, config: dict[str, Any]) -> Scores:
    """Scores by sequence (and ``COMBINED_SEQ``) and class."""
    trackeval = pytest.importorskip("trackeval")
    config = {
        "GT_FOLDER": str(folder / "gt"),
        "TRACKERS_FOLDER": str(folder / "trackers"),
        "OUTPUT_FOLDER": str(folder / "out"),
        "GT_LOC_FORMAT": "{gt_folder}/{seq}.txt",
        **QUIET,
        **config,
    }
    with contextlib.redirect_stdout(io.StringIO()):
        dataset = getattr(trackeval.datasets, dataset_name)(config)
        metrics = {
            "CLEAR": trackeval.metrics.CLEAR(QUIET),
            "HOTA": trackeval.metrics.HOTA(),
            "Identity": trackeval.metrics.Identity(QUIET),
        }
        return _score(dataset, metrics, dataset.seq_list)


def _score(dataset: Any, metrics: dict[str, Any], sequences: Sequence[str]) -> Scores:
    results: Scores = {}
    for class_name in dataset.class_list:
        by_metric: dict[str, dict] = {name: {} for name in metrics}
        for name in sequences:
            data = dataset.get_preprocessed_seq_data(dataset.get_raw_seq_data("mine", name), class_name)
            for key, metric in metrics.items():
                by_metric[key][name] = metric.eval_sequence(data)
        for key, metric in metrics.items():
            by_metric[key]["COMBINED_SEQ"] = metric.combine_sequences(dict(by_metric[key]))
        for name in [*sequences, "COMBINED_SEQ"]:
            scores = {field: value for key in metrics for field, value in by_metric[key][name].items()}
            results.setdefault(name, {})[class_name] = scores
    return results


def assert_same_scores(summary: dict[str, Any], expected: Scores, classes: Iterable[str]) -> None:
    """Every metric of a summary is what trackeval says, counts to the last one."""
    for name in expected:
        ours = summary if name == "COMBINED_SEQ" else summary["sequences"][name]
        for class_name in classes:
            for metric in ours[class_name].keys() - NOT_IN_TRACKEVAL:
                value = np.mean(expected[name][class_name][TRACKEVAL_NAMES.get(metric, metric)])
                tolerance = 0 if metric in COUNTS else 1e-9
                where = name, class_name, metric
                assert ours[class_name][metric] == pytest.approx(value, rel=0, abs=tolerance), where
