"""From the counts of panoptic metrics to numbers with names, for all classes together and for each."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mots_plugin.evaluation.functional.panoptic_segments import PanopticRules
from mots_plugin.evaluation.functional.panoptic_tracks import DEFAULT_MIN_PIXELS, PATCounts, PredictionIdentity
from mots_plugin.evaluation.functional.pq import DEFAULT_WINDOWS, PQCounts
from mots_plugin.evaluation.functional.ptq import PTQCounts
from mots_plugin.evaluation.functional.stq import STQCounts, VoidPredictions
from mots_plugin.formats.step_classes import PanopticClasses

AbsentClasses = Literal["zero", "skip"]
"""What a class that is neither in the truth nor in the prediction adds to PAT's PQ: nothing, as in the standard PQ that
MAPT names, or 0, as in nuScenes' code."""

Scores = dict[str, dict[str, float]]
"""Metrics by name, for each class by name and for "all"."""


@dataclass(frozen=True)
class PanopticOptions:
    """What the publications leave open; the defaults are those of the published implementations.

    Attributes:
        pq_rules: What void and crowds are to PQ and VPQ.
        void_predictions: What predictions of void are to SQ, the mean IoU in STQ.
        windows: Lengths of the windows of VPQ, in frames.
        min_pixels: Least size of objects for PAT and PTQ.
        identity: What makes a track of the prediction for PAT.
        absent_classes: What absent classes are to the PQ of PAT.
    """

    pq_rules: PanopticRules = "panopticapi"
    void_predictions: VoidPredictions = "class"
    windows: tuple[int, ...] = DEFAULT_WINDOWS
    min_pixels: int = DEFAULT_MIN_PIXELS
    identity: PredictionIdentity = "class_and_instance"
    absent_classes: AbsentClasses = "skip"


PUBLISHED = PanopticOptions()
"""The options of the published implementations."""


def score_stq(counts: STQCounts, classes: PanopticClasses, options: PanopticOptions) -> Scores:
    """Return STQ, AQ and SQ; of a class, its IoU as SQ and, if it has tracks, the mean over them as AQ."""
    rule = options.void_predictions
    scores: Scores = {"all": {"STQ": counts.stq(rule), "AQ": counts.aq, "SQ": counts.sq(rule)}}
    ious, present = counts.iou(rule)
    for class_id, name in _scored(classes):
        if present[class_id]:
            scores.setdefault(name, {})["SQ"] = float(ious[class_id])
        if counts.tubes[class_id]:
            scores.setdefault(name, {})["AQ"] = float(counts.association[class_id] / counts.tubes[class_id])
    return scores


def score_pq(counts: PQCounts, classes: PanopticClasses, options: PanopticOptions) -> Scores:
    """Return PQ and what it is made of, for all classes, for things, for stuff and for each class that occurs."""
    scores: Scores = {
        "all": {
            "PQ": _mean(counts.pq, counts.present),
            "PQ_SQ": _mean(counts.sq, counts.present),
            "PQ_RQ": _mean(counts.rq, counts.present),
            "PQ_things": _mean(counts.pq, counts.present & _things(classes)),
            "PQ_stuff": _mean(counts.pq, counts.present & ~_things(classes)),
            **{name: int(getattr(counts, name.lower()).sum()) for name in ("TP", "FP", "FN")},
        }
    }
    for class_id, name in _scored(classes):
        if counts.present[class_id]:
            parts = {"PQ": counts.pq, "PQ_SQ": counts.sq, "PQ_RQ": counts.rq}
            scores[name] = {metric: float(values[class_id]) for metric, values in parts.items()}
            scores[name] |= {metric: int(getattr(counts, metric.lower())[class_id]) for metric in ("TP", "FP", "FN")}
    return scores


def score_vpq(counts: PQCounts, classes: PanopticClasses, options: PanopticOptions) -> Scores:
    """Return VPQ, the mean over the lengths of windows, and the PQ of each length."""
    things = _things(classes)

    def over_windows(chosen: NDArray[np.bool_]) -> list[float]:
        rows = zip(counts.pq, counts.present & chosen, strict=True)
        return [_mean(values, present) for values, present in rows]

    by_window = over_windows(np.ones_like(things))
    scores: Scores = {
        "all": {
            "VPQ": float(np.mean(by_window)),
            "VPQ_things": float(np.mean(over_windows(things))),
            "VPQ_stuff": float(np.mean(over_windows(~things))),
            **{f"VPQ_{length}": value for length, value in zip(options.windows, by_window, strict=True)},
        }
    }
    for class_id, name in _scored(classes):
        if counts.present[:, class_id].any():
            scores[name] = {"VPQ": float(counts.pq[:, class_id].mean())}
    return scores


def score_pat(counts: PATCounts, classes: PanopticClasses, options: PanopticOptions) -> Scores:
    """Return PAT, the harmonic mean of a PQ by the rules of nuScenes and of TQ."""
    segments, tracks = counts.segments, counts.tracks
    counted = segments.present
    if options.absent_classes == "zero":
        counted = np.isin(np.arange(len(classes.names)), classes.scored)
    pq = _mean(segments.pq, counted)
    scores: Scores = {"all": {"PAT": _harmonic_mean(pq, tracks.tq), "PAT_PQ": pq, "TQ": tracks.tq}}
    for class_id, name in _scored(classes):
        if segments.present[class_id]:
            scores[name] = {"PAT_PQ": float(segments.pq[class_id])}
        if tracks.tracks[class_id]:
            tq = float(tracks.by_class[class_id])
            scores.setdefault(name, {})["TQ"] = tq
            scores[name]["PAT"] = _harmonic_mean(float(segments.pq[class_id]), tq)
    return scores


def score_ptq(counts: PTQCounts, classes: PanopticClasses, options: PanopticOptions) -> Scores:
    """Return PTQ, sPTQ and the number of id switches; the mean is over the classes that are in the truth."""
    ptq, soft = counts.ptq(counts.switches), counts.ptq(counts.switched_iou)
    in_truth = counts.segments.tp + counts.segments.fn > 0
    scores: Scores = {
        "all": {"PTQ": _mean(ptq, in_truth), "sPTQ": _mean(soft, in_truth), "PTQ_IDS": int(counts.switches.sum())}
    }
    for class_id, name in _scored(classes):
        if in_truth[class_id]:
            scores[name] = {"PTQ": float(ptq[class_id]), "sPTQ": float(soft[class_id])}
            scores[name]["PTQ_IDS"] = int(counts.switches[class_id])
    return scores


def _scored(classes: PanopticClasses) -> list[tuple[int, str]]:
    return [(class_id, classes.names[class_id]) for class_id in classes.scored.tolist()]


def _things(classes: PanopticClasses) -> NDArray[np.bool_]:
    return classes.is_thing[: len(classes.names)]


def _mean(values: NDArray[np.float64], chosen: NDArray[np.bool_]) -> float:
    return float(values[chosen].mean()) if chosen.any() else 0.0


def _harmonic_mean(first: float, second: float) -> float:
    return 2 * first * second / (first + second) if first + second else 0.0
