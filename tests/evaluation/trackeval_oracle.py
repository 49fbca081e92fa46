"""trackeval, run on files, as the oracle of the tests."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path

import pytest

from mots_plugin.formats.mask_tracks import MaskTracks
from mots_plugin.formats.mots_txt import write_mots_txt


def run_trackeval(
    folder: Path, sequences: dict[str, tuple[MaskTracks, MaskTracks, int]], benchmark: str
) -> dict[str, dict[str, dict[str, float]]]:
    """Scores of trackeval 1.3.0 by sequence (and ``COMBINED_SEQ``) and class.

    Args:
        folder: Where to put files.
        sequences: Ground truth, predictions and number of frames by sequence name (digits only for KITTI MOTS).
        benchmark: ``kitti_mots`` or ``mots_challenge``.
    """
    trackeval = pytest.importorskip("trackeval")
    for name, (truth, predictions, _) in sequences.items():
        write_mots_txt(folder / "gt" / f"{name}.txt", truth)
        write_mots_txt(folder / "trackers" / "mine" / "data" / f"{name}.txt", predictions)
    config = {
        "GT_FOLDER": str(folder / "gt"),
        "TRACKERS_FOLDER": str(folder / "trackers"),
        "OUTPUT_FOLDER": str(folder / "out"),
        "SEQ_INFO": {name: count for name, (_, _, count) in sequences.items()},
        "GT_LOC_FORMAT": "{gt_folder}/{seq}.txt",
        "PRINT_CONFIG": False,
    }
    quiet = {"PRINT_CONFIG": False}
    with contextlib.redirect_stdout(io.StringIO()):
        if benchmark == "kitti_mots":
            dataset = trackeval.datasets.KittiMOTS(config)
        else:
            dataset = trackeval.datasets.MOTSChallenge(config | {"SKIP_SPLIT_FOL": True})
        metrics = {
            "CLEAR": trackeval.metrics.CLEAR(quiet),
            "HOTA": trackeval.metrics.HOTA(),
            "Identity": trackeval.metrics.Identity(quiet),
        }
        results: dict[str, dict[str, dict[str, float]]] = {}
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
